-- Technologies month by month
-- 各技术逐月的篇数
select date_trunc('month', at at time zone 'Asia/Shanghai')::date as month, tag, count(*) as articles
  from news.tags
 where kind = 'technology' and at > news.clock() - interval '6 months'
 group by 1, 2
 order by 1 desc, 3 desc, 2
 limit 50;
