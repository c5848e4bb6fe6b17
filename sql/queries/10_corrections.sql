-- What publishers changed afterwards: numbers, names and titles, and pages that vanished
-- 发布之后的改动：数字、名称与标题，以及消失的页面
select r.replaced_at, a.source_name, a.title, r.flags, r.account,
       (select count(*) from news.corrections c
         where c.id = r.id and c.number = r.number and c.says = 'old') as copies_behind
  from news.revisions r
  join news.articles a on a.id = r.id
 where r.flags && '{title,number,name,vanished}'
 order by r.replaced_at desc
 limit 30;
