-- Who reprints whom
-- 谁转载谁
select origin, reprinted_by, articles, stated
  from news.reprints(since => '30 days')
 limit 30;
