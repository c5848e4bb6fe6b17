-- Search the archive: every blank-separated term must occur in title or text.
-- 检索存档：以空格分隔的每个词都须出现在标题或正文中。

create or replace function news.search(query text, max_rows integer default 50)
returns table (id bigint, title text, source_name text, published_at timestamptz, url text, summary text)
language sql stable
set search_path = pg_catalog
as $$
    select a.id, a.title, a.source_name, a.published_at, a.url, a.summary
      from news.articles a
     where btrim(query) <> ''
       and not exists (
           select from regexp_split_to_table(btrim(lower(query)), '\s+') term
            where strpos(lower(a.title), term) = 0 and strpos(lower(a.text), term) = 0)
     order by strpos(lower(a.title), split_part(btrim(lower(query)), ' ', 1)) > 0 desc,
              a.published_at desc nulls last, a.id desc
     limit least(max_rows, 1000)
$$;
comment on function news.search(text, integer) is
    'Articles in which every term occurs, title hits first, then the newest. 检索：每个词都出现的文章，标题命中在前，其次按时间倒序。';
