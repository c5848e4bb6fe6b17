-- What search reads: the folded text of every article, and one index of its characters.
-- 检索所用：每篇文章规整后的文本，及其字符索引。

create table archive.fold (
    only_row boolean primary key default true check (only_row),
    version bigint not null,
    written text not null,
    folded text not null
);
comment on table archive.fold is 'The character table of news.fold, as archive/search.py has it: written[n] is searched as folded[n]. 检索用的字符对照表。';

create table archive.search_text (
    article bigint primary key references archive.article on delete cascade,
    sort_at timestamptz not null,
    source text not null,
    title text not null,
    doc text not null,
    fold bigint not null,
    added_at timestamptz not null
);
comment on table archive.search_text is 'What search reads of each article. 每篇文章供检索的文本。';
comment on column archive.search_text.sort_at is 'When it was published, but not after it was first seen; when first seen, if it does not say. 发布时间，不晚于首次发现时间；未注明则为首次发现时间。';
comment on column archive.search_text.doc is 'Folded title, newline, folded text. 规整后的标题、换行、正文。';
comment on column archive.search_text.fold is 'Version of the fold it was made with, see archive.fold. 规整所用对照表的版本。';
comment on column archive.search_text.added_at is 'When it was first stored. 首次入库时间。';
-- Chinese text of this length shrinks by 5 % under pglz, and reading it takes longer.
alter table archive.search_text alter doc set storage external;

-- A code is 21 bits for each character of one, or of two that follow each other; the bits from 42
-- say what it is a code of: 0 the text, 1 the title, 2 a stretch of days, 8 the source.

-- Of one text; the first character follows none, which makes it a code of one character again.
create function archive.text_codes(text text) returns bigint[]
language sql immutable strict parallel safe
as $$
    select array_agg(c) || array_agg((before << 21) | c)
      from (select ascii(x)::bigint as c, lag(ascii(x), 1, 0) over ()::bigint as before
              from string_to_table(text, null) x) u
$$;

-- Stretches of 1, 8, 64 and 512 days (levels 0 to 3) from `low` to `high`, counted from 1970.
create function archive.day_codes(level integer, low integer, high integer) returns bigint[]
language sql immutable strict parallel safe
as $$
    select array(select (2::bigint << 42) | (level << 20) | stretch
                   from generate_series(low >> (3 * level), high >> (3 * level)) stretch)
$$;

-- Not strict, so that it is inlined.
create function archive.day(at timestamptz) returns integer
language sql immutable parallel safe
as $$ select greatest(0, floor(date_part('epoch', at) / 86400))::integer $$;

create function archive.source_code(source text) returns bigint
language sql immutable strict parallel safe
as $$ select (8::bigint << 42) | ('x' || left(md5(source), 8))::bit(32)::bigint $$;

-- Of one row. Its cost keeps the planner from computing it row by row.
create function archive.codes(doc text, title text, at timestamptz, source text) returns bigint[]
language sql immutable strict parallel safe cost 5000
as $$
    select archive.text_codes(doc)
           || array(select (1::bigint << 42) | code from unnest(archive.text_codes(title)) code)
           || array(select (2::bigint << 42) | (level << 20) | (archive.day(at) >> (3 * level))
                      from generate_series(0, 3) level)
           || archive.source_code(source)
$$;

-- New articles wait in a list until they are a megabyte: half the work of putting each into the index
-- at once; searches do not notice a list of that length, writers wait for it less than for a longer.
create index search_text_codes on archive.search_text
    using gin (archive.codes(doc, title, sort_at, source)) with (gin_pending_list_limit = 1024);
-- ANALYZE would compute the codes of a sample of all rows, for numbers that nobody uses.
alter index archive.search_text_codes alter column 1 set statistics 0;
create index search_text_newest on archive.search_text (sort_at desc, article desc);

-- An article goes to another link when two addresses turn out to be of one article.
create function archive.follow_link() returns trigger
language plpgsql
as $$
begin
    update archive.search_text s set source = l.source from archive.link l
     where s.article = new.id and l.id = new.link and s.source <> l.source;
    return null;
end
$$;
create trigger search_text_source after update of link on archive.article
    for each row when (old.link <> new.link) execute function archive.follow_link();

create index summary_tags on archive.summary
    using gin ((technologies || industries || keywords || array[topic]));
