-- How each source does against what is usual for it. What is wrong whatever is usual (no answer, no
-- links, no bodies, nothing new) is told after the first crawl that shows it; until seven whole days
-- are seen nothing is usual, and few articles are no alarm.
-- Security definer, because its readers have no rights on the private tables; it takes no text.
-- 各来源与其常态相比的状况。未满七天时没有常态可言，偏少不算异常；其余问题一次抓取即可看出。

create or replace function news.source_health(as_of timestamptz default news.clock())
returns table (
    id text, name text, state text, expected_per_day numeric, last_day bigint, days_seen integer,
    newest_at timestamptz, why text
)
language sql stable security definer
set search_path = pg_catalog
as $$
    with source as (
        -- Days end with the last look, not with the question.
        select s.id, s.name, e.looked_at, b.first_seen, b.latest,
               extract(day from e.looked_at - b.first_seen)::integer as days
          from archive.source s
         cross join lateral (select min(l.first_seen) as first_seen, max(l.first_seen) as latest
                               from archive.link l where l.source = s.id and l.first_seen <= as_of) b
         cross join lateral (select least(max(e.polled_at), as_of) as looked_at
                               from archive.entry_point e where e.source = s.id) e
         where s.enabled
    ), seen as materialized (
        select l.source, l.outcome, l.decided_at, coalesce(l.published_at, l.first_seen) as published_at,
               -- 0 for the last 24 hours, 7 for those of the same weekday a week ago.
               floor(extract(epoch from s.looked_at - l.first_seen) / 86400)::integer as ago,
               l.published_at is null and l.first_seen < s.first_seen + interval '1 day' as undated
          from source s join archive.link l on l.source = s.id
         where l.first_seen > s.looked_at - interval '15 days' and l.first_seen <= s.looked_at
    ), days as (
        -- What waits to be read may yet be stored.
        select source, ago, count(*) filter (where outcome = 'stored') as stored,
               count(*) filter (where outcome is null) as waiting
          from seen group by 1, 2
    ), usual as (
        -- Whole days only, those without a link included. At a weekend a weekend is usual.
        select s.id, percentile_cont(0.5) within group (order by coalesce(d.stored, 0)) as per_day,
               max(coalesce(d.stored, 0)) filter (where back.ago in (7, 14)) as same_weekday
          from source s
         cross join lateral generate_series(1, least(s.days - 1, 14)) back (ago)
          left join days d on d.source = s.id and d.ago = back.ago
         where s.days >= 8
         group by 1
    ), rhythm as (
        -- Gaps between publications; what comes within an hour is one batch.
        select s.id, percentile_cont(0.5) within group (order by g.gap) as gap
          from source s
         cross join lateral (
            select p.at - lag(p.at) over (order by p.at) as gap
              from (select coalesce(l.published_at, l.first_seen) as at from archive.link l
                     where l.source = s.id and l.first_seen <= as_of
                     order by l.first_seen desc limit 200) p
             where p.at <= as_of) g
         where g.gap > interval '1 hour'
         group by 1
    ), weekends as (
        select source, count(*) filter (where extract(isodow from published_at at time zone
               'Asia/Shanghai') >= 6) >= count(*) / 20.0 as too
          from seen where not undated and published_at >= as_of - interval '28 days'
         group by 1
    ), entries as (
        -- Only what the last crawl looked at: second pages and old sitemaps are not always.
        select e.source, min(e.failures) as failures, sum(e.found) as found,
               sum(e.matched) as matched, bool_and(e.error = '') as answered,
               -- A sitemap of news is empty when there is none.
               bool_or(e.url !~* 'sitemap') as shows_always,
               max(e.newest_at) filter (where e.newest_at < as_of + interval '1 day') as newest_at,
               min(e.error) filter (where e.error <> '') as error,
               max(e.trap) as trap
          from (select *, max(polled_at) over (partition by source) as last
                  from archive.entry_point) e
         where e.polled_at > e.last - interval '1 hour'
         group by 1
    ), newest as (
        select s.id, e.newest_at, coalesce(e.newest_at, case when s.days >= 7 then s.latest end) as at,
               greatest(interval '48 hours', case
                   when g.gap between interval '4 days' and interval '10 days' then interval '14 days'
                   else 3 * g.gap end) as wait,
               coalesce(w.too, false) as weekends_too
          from source s
          left join entries e on e.source = s.id
          left join rhythm r on r.id = s.id
          left join weekends w on w.source = s.id
         cross join lateral (select coalesce(r.gap, case when e.newest_at is null
                                    then interval '5 days' else interval '0' end) as gap) g
    ), silence as (
        -- Weekends do not count for those who do not publish then.
        select n.*, as_of - n.at - coalesce((
                   select sum(least(d + interval '1 day', as_of) - greatest(d, n.at))
                     from (select day at time zone 'Asia/Shanghai' as d
                             from generate_series(date_trunc('day', greatest(n.at, as_of
                                  - interval '60 days') at time zone 'Asia/Shanghai'),
                                  as_of at time zone 'Asia/Shanghai', interval '1 day') day
                            where extract(isodow from day) >= 6) weekend
                    where n.wait < interval '7 days' and not n.weekends_too), interval '0') as age
          from newest n
    ), read as (
        -- The last crawl's links, at least the last five.
        select source, outcome from (
            select source, outcome, decided_at, max(decided_at) over (partition by source) as last,
                   row_number() over (partition by source order by decided_at desc) as number
              from seen where decided_at <= as_of and outcome not in ('gone', 'paywalled')) r
         where number <= 5 or decided_at > last - interval '30 minutes'
    ), bodies as (
        select source, count(*) as links,
               count(*) filter (where outcome in ('stored', 'off_topic')) as good,
               count(*) filter (where outcome in
                   ('too_short', 'extraction_failed', 'not_article', 'quarantined')) as bodiless,
               mode() within group (order by outcome)
                   filter (where outcome not in ('stored', 'off_topic')) as most
          from read group by 1 having count(*) >= 5
    ), walled as (
        -- One page may be gone or for members; when all are, it is the source.
        select source, mode() within group (order by outcome) as most from (
            select source, outcome,
                   row_number() over (partition by source order by decided_at desc) as number
              from seen where decided_at <= as_of) r
         where number <= 5
         group by 1 having count(*) = 5 and bool_and(outcome in ('gone', 'paywalled'))
    ), trouble as (
        -- Each state that needs a look is one select here; the first by rank is told.
        select source, 1 as rank, 'failing' as state, 'no entry point answered'
               || case when failures > 1 then ' ' || failures || ' times in a row' else '' end
               || coalesce(': ' || error, '') as why
          from entries where failures > 0
        union all
        select source, 2, 'layout', case when found > 0 then 'no link matches its article pattern'
               else 'its entry points answer, but show no article' end
          from entries where matched = 0 and answered and (found > 0 or shows_always)
        union all
        select source, 3, case when bodiless * 2 >= links - good then 'layout' else 'blocked' end,
               format('%s of its last %s pages gave an article; most others: %s', good, links, most)
          from bodies where good * 2 < links
        union all
        select source, 3, 'blocked', 'none of its last 5 pages gave an article: ' || most from walled
        union all
        select source, 4, 'trap', trap from entries where trap <> ''
        union all
        select id, 5, 'silent', format('nothing new for %s hours; %s are usual at most',
               floor(extract(epoch from age) / 3600), floor(extract(epoch from wait) / 3600))
          from silence where age > wait
        union all
        select u.id, 6, 'low', 'less than half of what is usual in 24 hours'
          from usual u left join days d on d.source = u.id and d.ago = 0
         where least(u.per_day, u.same_weekday) >= 2
           and coalesce(d.stored + d.waiting, 0) < least(u.per_day, u.same_weekday) / 2
    ), told as (
        select distinct on (source) source, state, why from trouble order by source, rank
    )
    select s.id, s.name,
           case when e.source is null then 'never polled' when t.state is not null then t.state
                when s.days >= 8 then 'ok' else 'learning' end as state,
           round(u.per_day::numeric, 1), coalesce(d.stored, 0), coalesce(s.days, 0), n.newest_at,
           case when e.source is not null then coalesce(t.why, e.error, '') else '' end
      from source s
      left join entries e on e.source = s.id
      left join newest n on n.id = s.id
      left join usual u on u.id = s.id
      left join days d on d.source = s.id and d.ago = 0
      left join told t on t.source = s.id
     order by t.state is null and e.source is not null, s.id
$$;
comment on function news.source_health(timestamptz) is
    'How each enabled source does: ok, learning (under seven whole days), failing (no answer), layout (no links or no texts), blocked (pages refused), trap (addresses without end), silent (nothing new), low (under half of usual), never polled. 各启用来源的状况：正常、学习中（未满七天）、失败（无响应）、版式变化（无链接或无正文）、被拒（网页拒绝访问）、陷阱（无穷无尽的地址）、沉默（没有新内容）、偏少（不足平常一半）、从未访问。';
