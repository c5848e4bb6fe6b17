-- What several outlets reported within a month, each in words of its own
-- 一个月内多家媒体各自报道的事件
select headline, outlets, reports, publications, last_at - first_at as told_over
  from news.stories
 where at > news.clock() - interval '30 days' and cardinality(outlets) > 1
 order by cardinality(outlets) desc, last_at desc
 limit 20;
