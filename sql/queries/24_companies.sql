-- Which companies were written about most, and with which technologies
-- 报道最多的公司，以及与之相连的技术
select c.tag as company, count(distinct c.id) as articles,
       array_agg(distinct t.tag) filter (where t.tag is not null) as technologies
  from news.tags c
  left join news.tags t on t.id = c.id and t.kind = 'technology'
 where c.kind = 'company' and c.at > news.clock() - interval '30 days'
 group by 1
 order by 2 desc, 1
 limit 20;
