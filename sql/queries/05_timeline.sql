-- The timeline of a technology, by any of its names
-- 某项技术（任一别名）的时间线
select at::date as day, source_name, what, copies
  from news.timeline('large language model', since => '1 year', max_rows => 20);
