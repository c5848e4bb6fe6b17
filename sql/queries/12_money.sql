-- Events with a sum of money of 100 million yuan or more
-- 金额达亿元的事件
select at::date as day, (regexp_match(event, '[\d.,]+\s*(?:万)?亿[美港欧日]?元'))[1] as sum, event, source_name
  from news.events
 where event ~ '\d\s*(?:万)?亿[美港欧日]?元' and at > news.clock() - interval '90 days'
 order by at desc
 limit 30;
