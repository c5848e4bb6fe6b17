-- Each source, day by day: what was expected, found, stored and refused, and why.
-- 各来源逐日统计：预期、发现、收录、未收录及其原因。

create or replace view news.source_days as
select s.id as source, c.at::date as day,
       case when c.at - span.first >= interval '7 days' then (
           select percentile_cont(0.5) within group (order by coalesce(b.stored, 0))::numeric(9, 1)
             from generate_series(1, least(c.at::date - span.first::date, 14)) back (days)
             left join (select c.at::date - (l.first_seen at time zone 'Asia/Shanghai')::date as days,
                               count(*) as stored
                          from archive.link l
                         where l.source = s.id and l.outcome = 'stored'
                           and l.first_seen >= (c.at - interval '14 days') at time zone 'Asia/Shanghai'
                           and l.first_seen < c.at at time zone 'Asia/Shanghai'
                         group by 1) b on b.days = back.days) end as expected,
       d.found, d.stored, d.refused, d.pending, d.reasons
  from archive.source s
 cross join lateral (
    -- Until the last look at any source, so that days without a link are there too.
    select date_trunc('day', min(l.first_seen) at time zone 'Asia/Shanghai') as first,
           greatest(max(l.first_seen), case when s.enabled then
               (select max(e.polled_at) from archive.entry_point e) end)
               at time zone 'Asia/Shanghai' as last
      from archive.link l where l.source = s.id) span
 cross join lateral generate_series(span.first, span.last, interval '1 day') c (at)
 cross join lateral (
    select coalesce(sum(o.links), 0)::bigint as found,
           coalesce(sum(o.links) filter (where o.outcome = 'stored'), 0)::bigint as stored,
           coalesce(sum(o.links) filter (where o.outcome not in ('stored', 'pending')), 0)::bigint
               as refused,
           coalesce(sum(o.links) filter (where o.outcome = 'pending'), 0)::bigint as pending,
           coalesce(jsonb_object_agg(o.outcome, o.links) filter (where o.outcome not in
               ('stored', 'pending')), '{}') as reasons
      from (select coalesce(l.outcome, 'pending') as outcome, count(*) as links
              from archive.link l
             where l.source = s.id and l.first_seen >= c.at at time zone 'Asia/Shanghai'
               and l.first_seen < (c.at + interval '1 day') at time zone 'Asia/Shanghai'
             group by 1) o) d;
comment on view news.source_days is 'What each source gave on each day, counted on the day a link was first seen. 各来源每日的产出，按链接首次发现之日计。';
comment on column news.source_days.source is 'Id of the source. 来源代号。';
comment on column news.source_days.day is 'Day in Beijing. 日期（北京时间）。';
comment on column news.source_days.expected is 'Articles usual for it: the median of the 14 days before; null until seven are known. 预期篇数：此前 14 天的中位数；未满七天为空。';
comment on column news.source_days.found is 'Links first seen on that day. 当日首次发现的链接数。';
comment on column news.source_days.stored is 'Of these, links whose articles are stored. 其中已收录的链接数。';
comment on column news.source_days.refused is 'Of these, links that gave no article. 其中未收录的链接数。';
comment on column news.source_days.pending is 'Of these, links that wait to be fetched or read. 其中待处理的链接数。';
comment on column news.source_days.reasons is 'Why they were refused: how many by outcome. 未收录的原因：按结局计数。';
