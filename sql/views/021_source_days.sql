-- Each source, day by day: what was expected, found, stored and refused, and why.
-- 各来源逐日统计：预期、发现、收录、未收录及其原因。

create or replace view news.source_days as
with counted as (
    select source, (first_seen at time zone 'Asia/Shanghai')::date as day,
           coalesce(outcome, 'pending') as outcome, count(*) as links
      from archive.link group by 1, 2, 3
), daily as (
    select source, day, sum(links) as found,
           sum(links) filter (where outcome = 'stored') as stored,
           sum(links) filter (where outcome = 'pending') as pending,
           jsonb_object_agg(outcome, links) filter (where outcome not in ('stored', 'pending'))
               as reasons
      from counted group by 1, 2
), last as (
    select greatest((select max(day) from daily),
                    (select max(polled_at) at time zone 'Asia/Shanghai' from archive.entry_point)::date)
           as day
), calendar as (
    -- Days without a link included, until the last look at any source.
    select d.source, generate_series(min(d.day), case when s.enabled then last.day else max(d.day) end,
                                     interval '1 day')::date as day
      from daily d join archive.source s on s.id = d.source cross join last
     group by d.source, s.enabled, last.day
), known as (
    select c.source, c.day, d.found, d.stored, d.pending, d.reasons,
           array_agg(coalesce(d.stored, 0)) over (partition by c.source order by c.day
                                                  rows between 14 preceding and 1 preceding) as before
      from calendar c left join daily d on d.source = c.source and d.day = c.day
)
select k.source, k.day,
       case when cardinality(k.before) >= 7 then
           (select percentile_cont(0.5) within group (order by b)::numeric(9, 1)
              from unnest(k.before) b) end as expected,
       coalesce(k.found, 0)::bigint as found, coalesce(k.stored, 0)::bigint as stored,
       (coalesce(k.found, 0) - coalesce(k.stored, 0) - coalesce(k.pending, 0))::bigint as refused,
       coalesce(k.pending, 0)::bigint as pending, coalesce(k.reasons, '{}') as reasons
  from known k;
comment on view news.source_days is 'What each source gave on each day, counted on the day a link was first seen. 各来源每日的产出，按链接首次发现之日计。';
comment on column news.source_days.source is 'Id of the source. 来源代号。';
comment on column news.source_days.day is 'Day in Beijing. 日期（北京时间）。';
comment on column news.source_days.expected is 'Articles usual for it: the median of the 14 days before; null until seven are known. 预期篇数：此前 14 天的中位数；未满七天为空。';
comment on column news.source_days.found is 'Links first seen on that day. 当日首次发现的链接数。';
comment on column news.source_days.stored is 'Of these, links whose articles are stored. 其中已收录的链接数。';
comment on column news.source_days.refused is 'Of these, links that gave no article. 其中未收录的链接数。';
comment on column news.source_days.pending is 'Of these, links that wait to be fetched or read. 其中待处理的链接数。';
comment on column news.source_days.reasons is 'Why they were refused: how many by outcome. 未收录的原因：按结局计数。';
