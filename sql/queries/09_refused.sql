-- What was found but not stored in a week, and why
-- 一周内发现但未收录的链接及原因
select source, outcome, count(*) as links, min(reason) as for_example
  from news.ledger
 where first_seen > news.clock() - interval '7 days' and outcome not in ('stored', 'pending')
 group by 1, 2
 order by links desc, 1, 2;
