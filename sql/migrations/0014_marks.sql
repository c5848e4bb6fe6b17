-- By what copies are found, and whose turn it is to place an article.
-- 查找同文所用的标记，以及轮到谁来归组。

create table archive.placing (
    only_row boolean primary key default true check (only_row)
);
comment on table archive.placing is 'Its row is locked by whoever places an article: one at a time. 归组时锁定此行，一次一篇。';
insert into archive.placing values (true);

-- Two integers make an entry of the index 20 bytes, with a bigint it would be 28.
create table archive.mark (
    mark integer not null,
    article integer not null
);
comment on table archive.mark is 'Marks of texts, each for the first article of a copy group that has it; recent ones only, see archive/sameness/marks.py. 近期文本的标记，每组只记首个含有它的文章。';
create index mark_articles on archive.mark (mark, article);

create function archive.first_since(at timestamptz) returns integer
language sql stable
as $$
    select coalesce((select id from archive.article where first_seen >= at
                      order by first_seen, id limit 1), 2147483647)::integer
$$;
comment on function archive.first_since is 'The first article that was first seen since then; articles are numbered about as they are seen. 此后首次发现的第一篇文章；文章编号大致依发现先后。';
