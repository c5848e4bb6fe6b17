-- Texts that came damaged, and what was repaired
-- 受损文本及修复情况
select a.title, r.kind, count(*) as places, count(*) filter (where r.guess) as guesses
  from news.repairs r
  join news.articles a on a.id = r.id
 group by a.id, a.title, r.kind
 order by 3 desc, 1, 2
 limit 30;
