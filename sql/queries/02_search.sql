-- Everything on a subject within a month, with one tag
-- 一个月内某主题、带某标签的文章
select published_at, source_name, title, snippet
  from news.search('模型', since => '30 days', tag => '大模型');
