-- Which technologies are written about together with which industries
-- 技术与行业的共现
select t.tag as technology, i.tag as industry, count(*) as articles
  from news.tags t
  join news.tags i on i.id = t.id and i.kind = 'industry'
 where t.kind = 'technology' and t.at > news.clock() - interval '90 days'
   and i.at > news.clock() - interval '90 days'
 group by 1, 2
 order by 3 desc, 1, 2
 limit 20;
