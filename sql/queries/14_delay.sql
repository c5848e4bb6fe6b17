-- How long after publication the archive saw an article, by source
-- 各来源从发布到收录的时延
select source_name, count(*) as articles,
       percentile_cont(0.5) within group (order by first_seen - published_at) as half_within,
       percentile_cont(0.95) within group (order by first_seen - published_at) as nearly_all_within
  from news.articles
 where date_precision = 'minute' and first_seen > news.clock() - interval '30 days'
 group by 1
 order by 3 desc, 1;
