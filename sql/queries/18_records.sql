-- The labelled record of the newest articles
-- 最新文章的标注记录
select 标题, 链接, 总结, 关键词, AI技术, 行业, 重大事件摘要
  from news.record
 order by 收录时间 desc
 limit 10;
