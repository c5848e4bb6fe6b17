-- Stories: what several reports tell of one event within days.
-- 事件：数日之内对同一件事的多篇报道。

create or replace view news.stories as
select g.id, a.title as headline, r.first_at, r.last_at, r.reports, r.publications, r.outlets,
       a.id as original_id, l.url, m.topic, g.told_at as at
  from archive.copy_group g
  join archive.article a on a.id = (select o.original from archive.copy_group o where o.story = g.id
                                     order by o.told_at, o.id limit 1)
  join archive.link l on l.id = a.link
  left join archive.summary m on m.article = a.id
 cross join lateral (
    select min(w.first_at) as first_at, max(w.last_at) as last_at, sum(w.reports) as reports,
           sum(w.publications) as publications,
           array_agg(w.outlet order by w.first_at, w.outlet) as outlets
      from (select coalesce(nullif(o.origin, ''), s.name) as outlet, min(o.told_at) as first_at,
                   max(o.told_at) as last_at, count(*) as reports, sum(c.publications) as publications
              from archive.copy_group o
              join archive.article i on i.id = o.original
              join archive.link k on k.id = i.link
              join archive.source s on s.id = k.source
             cross join lateral (select count(*) as publications from archive.copy c
                                  where c.copy_group = o.id) c
             where o.story = g.id
             group by 1) w) r
 where g.story = g.id
   and exists (select from archive.copy_group o where o.story = g.id and o.id <> g.id);
comment on view news.stories is 'Events that more than one text reports; reprints of a text count once. 有多篇不同报道的事件；同文转载只计一篇。';
comment on column news.stories.id is 'Number of the story: the lowest of its groups of copies, see news.lineage. 事件编号，即所含转载组的最小编号，见 news.lineage。';
comment on column news.stories.headline is 'Headline of its first report. 首篇报道的标题。';
comment on column news.stories.first_at is 'When it was first reported. 首次报道时间。';
comment on column news.stories.last_at is 'When it was last reported, at most three days later. 最近一次报道时间，至多晚三天。';
comment on column news.stories.reports is 'How many different texts report it. 报道篇数，不含转载。';
comment on column news.stories.publications is 'How many articles publish these texts. 发布篇数，含转载。';
comment on column news.stories.outlets is 'Who wrote these texts, whoever published them; the first to report comes first. 独立报道的原发媒体，按首次报道先后；转载者不计。';
comment on column news.stories.original_id is 'Number of the original article of the first report. 首篇报道原文的编号。';
comment on column news.stories.url is 'Address of that article. 其链接。';
comment on column news.stories.topic is 'Its section of the digest, null while it is not summarized. 其所属简报栏目；尚未总结时为空。';
comment on column news.stories.at is 'When the report that began it was published; ask for a stretch of time by this, it has an index. 发端报道的时间；按时间段查询请用此列（有索引）。';

create or replace view news.story_articles as
select g.story as story_id, a.id, g.id as report_id, a.id = g.original as is_original,
       least(a.published_at, a.first_seen) as at, s.name as source_name,
       coalesce(nullif(g.origin, ''), s.name) as outlet, a.title, l.url,
       p.original as matched_id, g.story_score as score
  from archive.copy_group g
  join archive.copy c on c.copy_group = g.id
  join archive.article a on a.id = c.article
  join archive.link l on l.id = a.link
  join archive.source s on s.id = l.source
  left join archive.copy_group p on p.id = g.story_matched
 where exists (select from archive.copy_group o where o.story = g.story and o.id <> g.id);
comment on view news.story_articles is 'Every article of every story, reprints included. 每个事件的全部文章，含转载。';
comment on column news.story_articles.story_id is 'Number of the story, as in news.stories.id. 事件编号。';
comment on column news.story_articles.id is 'Number of the article. 文章编号。';
comment on column news.story_articles.report_id is 'Number of the report: of its group of copies. 报道编号，即所属转载组。';
comment on column news.story_articles.is_original is 'Whether it stands for the report, others being its reprints. 是否为该报道的原文，其余为转载。';
comment on column news.story_articles.at is 'When it was published; when first seen, if it does not say or says later. 发布时间；未注明或晚于收录则为首次发现时间。';
comment on column news.story_articles.source_name is 'Publisher of this copy. 发布来源。';
comment on column news.story_articles.outlet is 'Who wrote the report. 报道的原发者。';
comment on column news.story_articles.title is 'Headline. 标题。';
comment on column news.story_articles.url is 'Address. 链接。';
comment on column news.story_articles.matched_id is 'Original article of the report by which this one joined the story; null for the first. 据以归入事件的报道之原文编号；首篇为空。';
comment on column news.story_articles.score is 'How alike the two tell it, 0 to 1; null for the first. 两篇报道的相近程度，0 至 1；首篇为空。';
