-- Headlines that their publishers changed
-- 被发布者改过的标题
select r.replaced_at, a.source_name, r.title as before, a.title as now
  from news.revisions r
  join news.articles a on a.id = r.id
 where r.title <> a.title
 order by r.replaced_at desc
 limit 30;
