-- What came in during the last day, by topic
-- 最近一天收录了什么，按栏目
select topic, source_name, title, summary
  from news.articles
 where first_seen > news.clock() - interval '1 day'
 order by topic, first_seen desc
 limit 50;
