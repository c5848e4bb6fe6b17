-- Why an article has a tag: where its text mentions it.
-- 标签的依据：正文中提到它的位置。

alter table archive.summary add column tag_spans jsonb not null default '{}';
comment on column archive.summary.tag_spans is 'Offsets of the mentions of each technology and industry, in characters: {"tag": [[start, end]]}; none for one that only the title has. 各技术与行业在正文中的位置（字符）；仅标题提到的为空。';
