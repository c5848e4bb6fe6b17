-- How often a word was written, week by week
-- 某个词每周出现在多少篇文章里
select starts, articles, percent
  from news.trend('芯片', since => '8 weeks', step => '1 week');
