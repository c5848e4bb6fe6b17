-- Sources that are silent or in trouble, and why
-- 沉默或出错的来源及原因
select id, name, state, newest_at, why
  from news.source_health()
 where state <> 'ok';
