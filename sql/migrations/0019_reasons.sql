-- Why an article has a tag: where its text mentions it; and by what its events are known elsewhere.
-- 标签的依据：正文中提到它的位置；以及事件在他篇中的识别标志。

alter table archive.summary add column tag_spans jsonb not null default '{}';
comment on column archive.summary.tag_spans is 'Offsets of the mentions of each technology and industry, in characters: {"tag": [[start, end]]}; none for one that only the title has. 各技术与行业在正文中的位置（字符）；仅标题提到的为空。';

alter table archive.summary add column event_keys text[] not null default '{}';
comment on column archive.summary.event_keys is 'The keys of its events: a document or company with a day. 各事件的标志：文件或公司，加日期。';
create index summary_event_keys on archive.summary using gin (event_keys) where event_keys <> '{}';
