-- Where articles give different figures for one thing, and who says what
-- 各篇对同一事物给出的数据何处不一，分别是谁的说法
select subject, date, written, coalesce(nullif(told_by, ''), source_name) as told_by,
       other_written, coalesce(nullif(other_told_by, ''), other_source_name) as other_told_by
  from news.figure_comparisons
 where relation = 'conflict'
 order by id desc
 limit 20;
