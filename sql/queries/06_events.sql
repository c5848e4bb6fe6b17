-- The events of the week by kind
-- 一周重大事件，按类别
select kind, at::date as day, event, source_name
  from news.events
 where at > news.clock() - interval '7 days'
 order by kind, at desc
 limit 50;
