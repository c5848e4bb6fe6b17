-- Search. A frequent word is looked up in the newest days first, in windows that grow, so that
-- what it costs is bounded by what is shown; a rare one costs as much as it has hits.
-- 检索。常用词从最近的日子查起，逐步扩大范围；罕见词的代价与其命中数相当。

create or replace function news.fold(text text) returns text
language sql stable strict parallel safe security definer
set search_path = pg_catalog
as $$ select translate(normalize(fold.text, NFKC), f.written, f.folded) from archive.fold f $$;
comment on function news.fold(text) is
    'The form in which texts are searched: width, case and Traditional characters do not count. 检索所用的形式：不分全半角、大小写、繁简。';

create or replace function archive.terms(query text, out wanted text[], out unwanted text[])
language plpgsql stable
set search_path = pg_catalog
as $$
begin
    if length(query) > 1000 then
        raise exception 'the search has % characters, more than 1000', length(query)
            using errcode = 'invalid_parameter_value',
                  hint = 'Search for fewer words, or for a part of the text.';
    end if;
    select array_agg(distinct term) filter (where not excluded),
           coalesce(array_agg(distinct term) filter (where excluded), '{}')
      into wanted, unwanted
      from (select m[1] = '-' as excluded, coalesce(m[2], m[3]) as term
              -- -"a phrase", or a word that does not begin so
              from regexp_matches(news.fold(query),
                   '(-?)(?:"([^"]*)"?|((?!-")[^" \t\n\v\f\r][^ \t\n\v\f\r]*))', 'g') m) found
     where term <> '';
    if wanted is null then
        raise exception 'the search names nothing that shall occur'
            using errcode = 'invalid_parameter_value',
                  hint = 'Write words with blanks between them, "a phrase", -excluded: 大模型 "开源 协议" -手机';
    end if;
end
$$;

create or replace function archive.patterns(terms text[]) returns text[]
language sql immutable strict parallel safe
as $$ select array(select '%' || regexp_replace(term, '([\\%_])', '\\\1', 'g') || '%'
                     from unnest(terms) term) $$;

-- The codes without which a text has not all of the terms: of each two characters that follow each
-- other; of terms of one or two characters that one code is the hit itself.
create or replace function archive.term_codes(terms text[]) returns bigint[]
language sql immutable strict parallel safe
as $$
    select array(select distinct code
                   from unnest(terms) term, unnest(archive.text_codes(term)) code
                  where length(term) = 1 or code >= 1 << 21)
$$;

-- The newest `bound` articles, all if that is null, with every wanted term and no unwanted one: all
-- of them in the title (true), not all of them there (false), or wherever (null). What else is null
-- excludes nothing.
create or replace function archive.hits(
    wanted text[], unwanted text[], in_title boolean, bound bigint,
    newer_than timestamptz, tag text, source text, as_of timestamptz
)
returns setof bigint
language plpgsql stable
set search_path = pg_catalog
set enable_seqscan = off
set jit = off
set plan_cache_mode = force_generic_plan
set work_mem = '32MB'  -- a bitmap that has to forget rows computes the codes of whole pages
as $$
declare
    likes text[] := archive.patterns(wanted);
    unlikes text[] := archive.patterns(unwanted);
    exact boolean := (select max(length(term)) < 3 from unnest(wanted) term);
    codes bigint[] := array(select case when in_title then (1::bigint << 42) | code else code end
                              from unnest(archive.term_codes(wanted)) code)
        || case when source is not null then array[archive.source_code(source)] end;
    not_codes bigint[] := archive.term_codes(
        array(select term from unnest(unwanted) term where length(term) < 3));
    days bigint[];
    few bigint[];
    low integer;
    high integer := archive.day((select max(s.sort_at) from archive.search_text s));
    oldest integer := archive.day(greatest(
        newer_than, (select min(s.sort_at) from archive.search_text s)));
    level integer := case when bound is null then 4 else 0 end;
    candidates bigint[];
    found bigint := 0;
    more bigint;
begin
    if tag is not null then
        -- A copy has the tags of its original.
        few := array(select coalesce(o.article, m.article)
                       from archive.summary m
                       left join archive.copy c on c.article = m.article
                       left join archive.copy o on o.copy_group = c.copy_group
                      where (m.technologies || m.industries || m.companies || m.keywords || array[m.topic])
                            @> array[hits.tag]
                        and c.original is null limit 2001);
        if cardinality(few) > 2000 then
            few := null;
        end if;
    end if;
    while high >= oldest and (bound is null or found < bound) loop
        -- 1, 8, 64 and 512 days, then the rest.
        low := case when level > 3 or few is not null then oldest
                    else greatest(oldest, high - (1 << (3 * level)) + 1) end;
        if few is null then
            days := archive.day_codes(greatest(level - 1, 0), low, high);
            candidates := array(
                select c.article
                  from (select s.article, s.sort_at, s.source, s.added_at
                          from archive.search_text s
                         where archive.codes(s.doc, s.title, s.sort_at, s.source) @> codes
                           and archive.codes(s.doc, s.title, s.sort_at, s.source) && days
                        offset 0) c
                 where archive.day(c.sort_at) between low and high
                   and (not_codes = '{}' or c.article not in (
                        select s.article
                          from archive.search_text s
                         where archive.codes(s.doc, s.title, s.sort_at, s.source) @> codes
                           and archive.codes(s.doc, s.title, s.sort_at, s.source) && not_codes
                           and archive.codes(s.doc, s.title, s.sort_at, s.source) && days))
                   and (newer_than is null or c.sort_at >= newer_than)
                   and (hits.source is null or c.source = hits.source)
                   and (as_of is null or c.added_at <= as_of)
                 order by c.sort_at desc, c.article desc);
        else
            candidates := array(
                select s.article
                  from archive.search_text s
                 where s.article = any (few)
                   and (newer_than is null or s.sort_at >= newer_than)
                   and (hits.source is null or s.source = hits.source)
                   and (as_of is null or s.added_at <= as_of)
                 order by s.sort_at desc, s.article desc);
        end if;
        if in_title is null and exact and unlikes = '{}' and tag is null then
            return query select unnest(candidates) limit bound - found;
        else
            return query
            select c.article
              from unnest(candidates) c (article)
             cross join lateral (
                select from archive.search_text d
                 where d.article = c.article
                   and (tag is null or few is not null or exists (
                        select from archive.summary m
                         where m.article = coalesce(
                               (select c.original from archive.copy c where c.article = d.article),
                               d.article)
                           and hits.tag = any (
                               m.technologies || m.industries || m.companies || m.keywords || array[m.topic])))
                   and in_title is not distinct from (
                        case when in_title is null then null else d.title like all (likes) end)
                   and (in_title or few is null and exact or d.doc like all (likes))
                   and d.doc not like all (unlikes)
                offset 0) d
             limit bound - found;
        end if;
        get diagnostics more = row_count;
        found := found + more;
        high := low - 1;
        level := level + 1;
    end loop;
end
$$;

-- About 90 characters of the original around the first hit, with marked hits; from the beginning if
-- there is none. Folding may change lengths, so places are found by the length of what is before.
create or replace function archive.snippet(original text, folded text, terms text[]) returns text
language plpgsql immutable
set search_path = pg_catalog
as $$
declare
    first integer := (select min(strpos(folded, term)) from unnest(terms) term
                     where strpos(folded, term) > 0);
    start integer := greatest(coalesce(first, 1) - 25, 1);
    low integer := 1;
    high integer := length(original);
    before integer;
    piece text;
begin
    -- The last place with fewer than `start` folded characters before it.
    if length(normalize(left(original, start - 1), NFKC)) = start - 1 then
        low := start;
    else
        while low < high loop
            if length(normalize(left(original, (low + high + 1) / 2 - 1), NFKC)) < start then
                low := (low + high + 1) / 2;
            else
                high := (low + high + 1) / 2 - 1;
            end if;
        end loop;
    end if;
    before := length(normalize(left(original, low - 1), NFKC));
    -- Out of the long texts, which are unpacked each time.
    piece := substr(original, low, 90);
    folded := substr(folded, before + 1, 150);
    return (
        with hit as materialized (
            select place, place + length(term) as upto
              from unnest(terms[:20]) term, generate_series(1, 130) place
             where substr(folded, place, length(term)) = term
        ), letter as materialized (
            -- Brackets of the text become others, so that these are always marks.
            select n, translate(letter, E'【】\n', '[] ') as letter,
                   case when length(normalize(piece, NFKC)) = length(piece) then n
                        else length(normalize(left(piece, n::integer), NFKC)) end as upto
              from string_to_table(piece, null) with ordinality u (letter, n)
        ), placed as (
            -- One that joins the letter before it has that one's place.
            select n, letter, upto,
                   least(upto, 1 + lag(upto, 1, 0) over (order by n)) as place from letter
        ), marked as (
            select n, letter, exists (
                select from hit where hit.place <= p.upto and p.place < hit.upto) as hit
              from placed p
        )
        select case when low > 1 then '…' else '' end || string_agg(
                   case when hit and not coalesce(lag, false) then '【' else '' end || letter
                   || case when hit and not coalesce(lead, false) then '】' else '' end,
                   '' order by n)
               || case when low + 90 <= length(original) then '…' else '' end
          from (select n, letter, hit, lag(hit) over (order by n), lead(hit) over (order by n)
                  from marked) m);
end
$$;

create or replace function news.matches(
    query text, since interval default null, tag text default null, source text default null,
    as_of timestamptz default null
)
returns table (id bigint)
language sql stable security definer
set search_path = pg_catalog
as $$
    select h.id
      from archive.terms(query) t
     cross join lateral archive.hits(
        t.wanted, t.unwanted, null, null, coalesce(as_of, news.clock()) - since, tag, source, as_of) h (id)
$$;
comment on function news.matches(text, interval, text, text, timestamptz) is
    'Numbers of all articles that news.search means, without rank or limit: for counting and joining. 全部命中文章的编号，不排序、不限量，便于计数与关联。';

create or replace function news.search(
    query text, since interval default null, tag text default null, source text default null,
    page integer default 1, page_size integer default 20, as_of timestamptz default null
)
returns table (
    id bigint, title text, source_name text, published_at timestamptz, url text, snippet text,
    summary text
)
language plpgsql stable security definer
set search_path = pg_catalog
as $$
#variable_conflict use_column
declare
    newer_than timestamptz := coalesce(search.as_of, news.clock()) - search.since;
    needed bigint := search.page::bigint * search.page_size;
    wanted text[];
    unwanted text[];
    in_title bigint[];
    others bigint[] := '{}';
begin
    select t.wanted, t.unwanted into wanted, unwanted from archive.terms(search.query) t;
    if search.page is null or search.page < 1 or search.page_size is null
       or search.page_size not between 1 and 1000 then
        raise exception 'there is no page % of % articles', search.page, search.page_size
            using errcode = 'invalid_parameter_value',
                  hint = 'Pages count from 1; a page has 1 to 1000 articles.';
    end if;
    in_title := array(select archive.hits(wanted, unwanted, true, needed, newer_than,
                                          search.tag, search.source, search.as_of));
    if cardinality(in_title) < needed then
        -- Of several terms some may be in the title, which ranks them: that takes all 1,000.
        others := array(select archive.hits(
            wanted, unwanted, false,
            case when cardinality(wanted) = 1
                 then least(1000, needed - cardinality(in_title)) else 1000 end,
            newer_than, search.tag, search.source, search.as_of));
    end if;
    return query
    with ranked as (
        select s.article, s.title, s.doc, row_number() over (
                   order by (select count(*) from unnest(wanted) term
                              where strpos(s.title, term) > 0) desc,
                            s.sort_at desc, s.article desc) as place
          from archive.search_text s
         where s.article = any (in_title || others)
         order by place
         limit search.page_size offset needed - search.page_size
    )
    select a.id, a.title, p.name, a.published_at, l.url,
           archive.snippet(x.content, substr(r.doc, length(r.title) + 2), wanted), m.summary
      from ranked r
      join archive.article a on a.id = r.article
      join archive.link l on l.id = a.link
      join archive.source p on p.id = l.source
      join archive.text x on x.hash = a.text_hash
      left join archive.copy c on c.article = a.id and c.original is not null
      left join archive.summary m on m.article = coalesce(c.original, a.id)
     order by r.place;
end
$$;
comment on function news.search(text, interval, text, text, integer, integer, timestamptz) is
    'Articles in which every word of the query occurs in title or text, as it stands there; width, case and Traditional characters do not count. "A phrase" holds blanks, -word excludes. Articles with all words in the title come first, newest first; then the newest 1000 others, by how many words their title has, then the newest. since counts back from as_of or now; tag is a technology, industry, keyword or topic as in news.articles, source an id. With as_of, what was stored later does not count, so pages stay as they were unless articles are revised. Hits stand in 【】. 检索：标题或正文含有全部检索词（不分全半角、大小写、繁简）；"短语" 可含空格，-词 表示排除。标题含全部词的在前，由新到旧；其后为最新的 1000 篇，先按标题所含词数，再按时间。since 自 as_of 或现在向前推算；tag 为技术、行业、关键词或栏目，source 为来源代号；指定 as_of 则不计其后入库的文章，翻页结果保持不变。命中处以【】标出。';
