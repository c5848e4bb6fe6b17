-- How the story of the week that most outlets reported was told, report by report
-- 一周内报道媒体最多的事件，逐篇经过
select a.at, a.outlet, a.title, round(a.score::numeric, 2) as score
  from news.story_articles a
 where a.is_original
   and a.story_id = (select id from news.stories where at > news.clock() - interval '7 days'
                      order by cardinality(outlets) desc, last_at desc limit 1)
 order by a.at, a.id;
