-- Who writes most
-- 发稿最多的作者
select author, source_name, count(*) as articles
  from news.articles a
 cross join unnest(a.authors) author
 where first_seen > news.clock() - interval '30 days'
 group by 1, 2
 order by 3 desc, 1, 2
 limit 20;
