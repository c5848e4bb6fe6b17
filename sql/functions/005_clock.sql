-- What the time is. Commands bring their own; only what readers ask without saying when needs this.
-- 存档的当前时刻。程序自带时钟；只有读者未指明时刻的查询才用它。

create or replace function news.clock() returns timestamptz
language sql stable parallel safe security definer
set search_path = pg_catalog
as $$ select coalesce((select d.fixed_at from archive.deployment d), current_timestamp) $$;
comment on function news.clock() is 'The present; in a demo the moment at which its clock stands. 当前时刻；演示存档为其固定时刻。';
