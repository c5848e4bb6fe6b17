-- Whose articles are seen only as reprints: publishers that may be worth adding
-- 只见转载、未见原发的媒体：或可添加为来源
select origin, count(*) as texts, sum(publications) as publications, max(at)::date as latest
  from news.lineage
 where not origin_seen and at > news.clock() - interval '30 days'
 group by 1
 order by 2 desc, 1
 limit 20;
