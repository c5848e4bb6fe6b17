-- How each source does against what is usual for it. Until seven days are seen nothing is usual:
-- then only the age of its newest entry and the share of links that match its pattern are judged.
-- Security definer, because its readers have no rights on the private tables; it takes no text.
-- 各来源与其常态相比的状况。未满七天时没有常态可言，只看最新条目的新旧与匹配比例。

create or replace function news.source_health(as_of timestamptz default now())
returns table (
    id text, name text, state text, expected_per_day numeric, last_day bigint, days_seen integer,
    newest_at timestamptz, why text
)
language sql stable security definer
set search_path = pg_catalog
as $$
    with days as (
        select l.source, (l.first_seen at time zone 'Asia/Shanghai')::date as day,
               count(*) filter (where l.outcome = 'stored') as stored
          from archive.link l
         where l.first_seen < as_of and l.first_seen >= as_of - interval '15 days'
         group by 1, 2
    ), span as (
        select l.source,
               (as_of at time zone 'Asia/Shanghai')::date
               - min((l.first_seen at time zone 'Asia/Shanghai')::date) as seen
          from archive.link l where l.first_seen < as_of group by 1
    ), usual as (
        -- Whole days only, those without a link included.
        select s.source,
               percentile_cont(0.5) within group (order by coalesce(d.stored, 0)) as per_day
          from span s
          cross join lateral generate_series(1, least(s.seen - 1, 14)) ago
          left join days d on d.source = s.source
               and d.day = (as_of at time zone 'Asia/Shanghai')::date - ago::integer
         where s.seen >= 7
         group by 1
    ), recent as (
        select l.source, count(*) filter (where l.outcome = 'stored') as stored
          from archive.link l
         where l.first_seen >= as_of - interval '24 hours' and l.first_seen < as_of group by 1
    ), entries as (
        select e.source, min(e.failures) as failures, sum(e.found) as found,
               sum(e.matched) as matched, max(e.newest_at) as newest_at,
               min(e.error) filter (where e.error <> '') as error
          from archive.entry_point e group by 1
    ), judged as (
        select s.id, s.name, u.per_day, coalesce(r.stored, 0) as stored, coalesce(p.seen, 0) as seen,
               e.newest_at, e.error,
               case when e.source is null then 'never polled'
                    when e.failures >= 3 then 'failing'
                    when e.found > 0 and e.matched = 0 then 'layout'
                    when e.newest_at < as_of - interval '48 hours' and coalesce(u.per_day, 1) >= 0.5
                        then 'silent'
                    when u.per_day >= 2 and coalesce(r.stored, 0) < u.per_day / 2 then 'low'
                    when coalesce(p.seen, 0) < 7 then 'learning'
                    else 'ok' end as state
          from archive.source s
          left join usual u on u.source = s.id
          left join recent r on r.source = s.id
          left join span p on p.source = s.id
          left join entries e on e.source = s.id
         where s.enabled
    )
    select j.id, j.name, j.state, round(j.per_day::numeric, 1), j.stored, j.seen, j.newest_at,
           case j.state
               when 'failing' then 'no entry point answered three times in a row: ' || coalesce(j.error, '')
               when 'layout' then 'no link matches its article pattern'
               when 'silent' then 'its newest entry is older than 48 hours'
               when 'low' then 'less than half of what is usual in 24 hours'
               else coalesce(j.error, '') end
      from judged j
     order by j.state in ('ok', 'learning'), j.id
$$;
comment on function news.source_health(timestamptz) is
    'How each enabled source does: ok, learning (under seven days), low, silent, layout, failing, never polled. 各启用来源的状况：正常、学习中（未满七天）、偏少、沉默、版式变化、失败、从未访问。';
