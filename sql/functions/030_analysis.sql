-- Questions over time: trends, what is rising, timelines, who reprints whom.
-- 随时间的分析：趋势、升温、时间线、转载关系。

create or replace function news.trend(
    query text default null, tag text default null, since interval default '30 days',
    step interval default '1 day', as_of timestamptz default news.clock()
)
returns table (starts date, articles bigint, percent numeric)
language sql stable
set search_path = pg_catalog
as $$
    with days as (
        select array(select generate_series(
            date_trunc('day', (as_of - since) at time zone 'Asia/Shanghai'),
            as_of at time zone 'Asia/Shanghai', step)) as starts
    ), counted as (
        select width_bucket(a.at at time zone 'Asia/Shanghai', d.starts) as number,
               count(*) as everything,
               count(*) filter (where
                   (trend.query is null or a.id in (select m.id from news.matches(trend.query) m))
                   and (trend.tag is null or a.id in (
                       select t.id from news.tags t where t.tag = trend.tag))) as hits
          from days d,
               (select id, coalesce(published_at, first_seen) as at from news.articles) a
         where a.at >= d.starts[1] at time zone 'Asia/Shanghai' and a.at <= as_of
         group by 1
    )
    select d.starts[n]::date, coalesce(c.hits, 0),
           round(100.0 * coalesce(c.hits, 0) / nullif(c.everything, 0), 1)
      from days d
     cross join generate_subscripts(d.starts, 1) n
      left join counted c on c.number = n
     order by n
$$;
comment on function news.trend(text, text, interval, interval, timestamptz) is
    'How many articles matched a search and/or carried a tag in each step of time, in Beijing days, and what share of all that was. 每个时段内命中检索词或带有标签的文章数及占比，按北京时间。';

create or replace function news.rising(
    since interval default '7 days', baseline interval default '28 days',
    kind text default null, max_rows integer default 20, as_of timestamptz default news.clock()
)
returns table (tag text, kind text, articles bigint, expected numeric, score numeric)
language sql stable
set search_path = pg_catalog
as $$
    with counted as (
        select t.tag, t.kind, count(*) filter (where t.at > as_of - since) as articles,
               count(*) filter (where t.at <= as_of - since)
               * extract(epoch from since) / extract(epoch from baseline) as expected
          from news.tags t
         where t.at > as_of - since - baseline and t.at <= as_of
           and t.kind <> 'topic' and (rising.kind is null or t.kind = rising.kind)
         group by 1, 2
    )
    select c.tag, c.kind, c.articles, round(c.expected, 1),
           round((c.articles - c.expected) / sqrt(c.expected + 1), 1) as score
      from counted c
     where c.articles >= 2 and c.articles > c.expected
     order by score desc, c.articles desc, c.tag, c.kind
     limit rising.max_rows
$$;
comment on function news.rising(interval, interval, text, integer, timestamptz) is
    'Tags with more articles lately than the time before lets expect; score is the surplus over the square root of what was expected plus one. 近期明显升温的标签：实际篇数与基线预期之差，除以（预期加一）的平方根。';

create or replace function news.timeline(
    name text, since interval default '1 year', max_rows integer default 100,
    as_of timestamptz default news.clock()
)
returns table (at timestamptz, kind text, what text, source_name text, copies bigint, url text, id bigint)
language sql stable security definer
set search_path = pg_catalog
as $$
    with asked as materialized (  -- folding costs a millisecond: once, not for each name
        select news.fold(timeline.name) as name
    ), known as (
        select n.name from archive.name n, asked where asked.name in (lower(n.alias), lower(n.name))
    ), word as materialized (
        select n.alias from archive.name n where n.name in (select k.name from known k)
        union select k.name from known k
        union select timeline.name
    ), mention as materialized (
        select distinct m.id
          from word w
         cross join lateral news.matches(
            '"' || replace(w.alias, '"', ' ') || '"', since => since, as_of => as_of) m
    ), first as (
        select distinct on (coalesce(c.copy_group, a.id)) a.id, a.link, a.title, a.first_seen,
               coalesce(a.published_at, a.first_seen) as at,
               count(*) over (partition by coalesce(c.copy_group, a.id)) as copies
          from archive.article a
          left join archive.copy c on c.article = a.id
         where a.id in (select m.id from mention m)
         order by coalesce(c.copy_group, a.id), c.original is not null, a.id
    ), newest as (
        select * from first f where f.at <= as_of order by f.at desc, f.id desc limit max_rows
    )
    select f.at, e.kind, coalesce(e.event, f.title), s.name, f.copies, l.url, f.id
      from newest f
      join archive.link l on l.id = f.link
      join archive.source s on s.id = l.source
      left join lateral (
        select v.kind, v.event
          from news.events v
         where v.id = f.id and exists (
               select from word w where strpos(lower(v.event), lower(w.alias)) > 0)
         order by v.number limit 1) e on true
     order by f.at desc, f.id desc
$$;
comment on function news.timeline(text, interval, integer, timestamptz) is
    'What was reported of a company, product or technology by any of its names (news.names), newest first, each text once, by its original: the event, else the headline. 按任一别名查询公司、产品或技术的时间线，由新到旧，同文只列原文一次；有事件列事件，否则列标题。';

create or replace function news.same_events(article bigint)
returns table (number bigint, event text, other bigint, other_event text, shared text)
language sql stable security definer
set search_path = pg_catalog
as $$
    with told as (
        select e.number, e.event, m.article as original, coalesce(a.published_at, a.first_seen) as at
          from archive.article a
          left join archive.copy c on c.article = a.id
          join archive.summary m on m.article = coalesce(c.original, a.id)
         cross join jsonb_array_elements(m.events) with ordinality e (event, number)
         where a.id = same_events.article
    )
    select t.number, t.event ->> 'text', a.id, e.event ->> 'text', min(k.key)
      from told t
     cross join jsonb_array_elements_text(t.event -> 'keys') k (key)
      join archive.summary m on m.event_keys @> array[k.key] and m.event_keys <> '{}'
      join archive.article a on a.id = m.article and a.id <> t.original
      left join archive.copy c on c.article = a.id
     cross join jsonb_array_elements(m.events) e (event)
     where e.event -> 'keys' ? k.key and c.original is null
       -- Keys have no year, as most sentences state none.
       and coalesce(a.published_at, a.first_seen)
           between t.at - interval '300 days' and t.at + interval '300 days'
     group by t.number, t.event, a.id, e.event
     order by t.number, a.id
$$;
comment on function news.same_events(bigint) is
    'What other articles tell of the same events as this one: the document or the company with its act, on the same day of the year; shared says which. Articles more than 300 days apart and copies are left out. 他篇对同一事件的报道：同一文件，或同一公司的同类事件，且月日相同；shared 注明依据；不含相隔三百天以上的文章与转载。';

create or replace function news.reprints(
    since interval default '30 days', as_of timestamptz default news.clock()
)
returns table (origin text, reprinted_by text, articles bigint, stated bigint)
language sql stable security definer
set search_path = pg_catalog
as $$
    with publication as (
        select coalesce(g.origin, nullif(nullif(a.origin, ''), s.name)) as origin,
               s.name as publisher, nullif(nullif(a.origin, ''), s.name) as stated
          from archive.article a
          join archive.link l on l.id = a.link
          join archive.source s on s.id = l.source
          left join archive.copy c on c.article = a.id
          left join archive.copy_group g on g.id = c.copy_group
          left join archive.article o on o.id = g.original and g.origin_seen
          left join archive.link k on k.id = o.link
         where a.first_seen > as_of - since and a.first_seen <= as_of
           and l.source is distinct from k.source
    )
    select p.origin, p.publisher, count(*), count(p.stated)
      from publication p
     where p.origin is not null
     group by 1, 2
     order by 3 desc, 1, 2
$$;
comment on function news.reprints(interval, timestamptz) is
    'Who reprints whom: by the origin of a text as news.lineage has it; stated counts the articles that name one. 谁转载谁：原发者依 news.lineage；stated 为自身注明来源的篇数。';
