-- The companies that each article is about.
-- 每篇文章涉及的公司。

alter table archive.summary add column companies text[] not null default '{}';
comment on column archive.summary.companies is 'Companies it is about, by themselves or their products. 涉及的公司，含其产品。';
comment on column archive.summary.tag_spans is 'Offsets of the mentions of each technology, industry and company, in characters: {"tag": [[start, end]]}; none for one that only the title has. 各技术、行业与公司在正文中的位置（字符）；仅标题提到的为空。';

drop index archive.summary_tags;
create index summary_tags on archive.summary
    using gin ((technologies || industries || companies || keywords || array[topic]));
