-- What is written about more than a month ago
-- 最近升温的话题
select tag, kind, articles, expected, score
  from news.rising(since => '7 days', baseline => '28 days', max_rows => 15);
