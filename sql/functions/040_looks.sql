-- When a stored article is looked at again: 6 hours, 1 day, 3 days and 7 days after it was published.
-- Most corrections are made on the first day, and what is a week old hardly changes; NewsDiffs looked
-- at the same shape of times, far more often (https://github.com/ecprice/newsdiffs).
-- 已收录文章的复查时间：发布后 6 小时、1 天、3 天、7 天；更正多在首日，一周后很少再改。

create or replace function archive.next_look(link archive.link, at timestamptz) returns timestamptz
language sql stable
set search_path = pg_catalog
as $$
    select min(told.at + step)
      from unnest('{6 hours, 24 hours, 72 hours, 168 hours}'::interval[]) step,
           (select least(link.first_seen, coalesce(min(a.published_at), link.published_at)) as at
              from archive.article a where a.link = link.id) told
     where told.at + step > next_look.at
$$;
comment on function archive.next_look is 'When the stored article of a link is looked at next, null for never. 链接的已收录文章下次复查的时间，空为不再复查。';
