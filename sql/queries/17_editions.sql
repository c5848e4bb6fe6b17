-- The last editions and how their mails went
-- 最近几期简报及投递情况
select e.day, e.subject, d.state, d.readers
  from news.editions e
  left join news.deliveries d on d.day = e.day
 order by e.day desc, d.state
 limit 14;
