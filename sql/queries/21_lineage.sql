-- What was reprinted most within a week, and who wrote it
-- 一周内转载最多的文章及其原发者
select title, origin, publications, array_to_string(reprinted_by, '、') as reprinted_by
  from news.lineage
 where at > news.clock() - interval '7 days' and publications > 1
 order by publications desc, at
 limit 20;
