-- What is the same: copies of a text, where the text is from, and pieces inside round-ups.
-- 何为相同：同文转载、文本的源流，以及汇编所含的文章。

create or replace view news.copies as
select a.id, coalesce(c.copy_group, a.id) as first_id,
       case when c.copy_group is null then 1
            else (select count(*) from archive.copy o where o.copy_group = c.copy_group)
       end as publications,
       s.name as source_name, a.title, l.url, a.origin, a.first_seen,
       coalesce(c.original, a.id) as original_id, c.matched as matched_id, c.share, c.passages
  from archive.article a
  join archive.link l on l.id = a.link
  join archive.source s on s.id = l.source
  left join archive.copy c on c.article = a.id;
comment on view news.copies is 'Articles that are copies of one text share first_id; one that was not compared yet is alone. 同文转载归为一组（first_id 相同）；尚未比对的自成一组。';
comment on column news.copies.id is 'Number of the article. 文章编号。';
comment on column news.copies.first_id is 'Number of the group: of the first article that was placed in it. 组号，即组内首篇的编号。';
comment on column news.copies.publications is 'How many articles have this text, itself included. 同文篇数，含本篇。';
comment on column news.copies.source_name is 'Publisher of this copy. 发布来源。';
comment on column news.copies.title is 'Headline of this copy. 标题。';
comment on column news.copies.url is 'Address of this copy. 链接。';
comment on column news.copies.origin is 'Whom this copy names as its origin. 注明的稿件来源。';
comment on column news.copies.first_seen is 'When this copy was first seen. 首次发现时间。';
comment on column news.copies.original_id is 'Number of the publication that stands for all, see news.lineage. 代表全组的一篇的编号，详见 news.lineage。';
comment on column news.copies.matched_id is 'Number of the article by which it was recognized; null for the first of its group. 据以识别的文章编号；组内首篇为空。';
comment on column news.copies.share is 'Share of the smaller text''s passages that both have, 0 to 1; null for the first. 较短文本中两文共有片段的比例；组内首篇为空。';
comment on column news.copies.passages is 'Passages that both have; null for the first. 两文共有的片段数；组内首篇为空。';

create or replace view news.lineage as
select g.id, g.original as original_id, a.title, l.url, g.told_at as at, g.origin, g.origin_seen,
       p.first_at, p.first_by, p.publications, p.reprinted_by
  from archive.copy_group g
  join archive.article a on a.id = g.original
  join archive.link l on l.id = a.link
 cross join lateral (
    select count(*) as publications, min(least(m.published_at, m.first_seen)) as first_at,
           (array_agg(s.name order by least(m.published_at, m.first_seen), m.id))[1] as first_by,
           coalesce(array_agg(distinct s.name) filter (
               where not g.origin_seen or k.source <> l.source), '{}') as reprinted_by
      from archive.copy c
      join archive.article m on m.id = c.article
      join archive.link k on k.id = m.link
      join archive.source s on s.id = k.source
     where c.copy_group = g.id) p;
comment on view news.lineage is 'Where each text is from: one row per group of copies. 每个文本的源流：每组转载一行。';
comment on column news.lineage.id is 'Number of the group, as first_id in news.copies. 组号，同 news.copies.first_id。';
comment on column news.lineage.original_id is 'Number of the publication that stands for all: its origin''s own, else the nearest to it. 代表全组的一篇的编号：原发者所发，否则为最接近原发者的一篇。';
comment on column news.lineage.title is 'Headline of the original. 原文标题。';
comment on column news.lineage.url is 'Address of the original. 原文链接。';
comment on column news.lineage.at is 'When the original was published; when first seen, if it does not say or says later. 原文发布时间；未注明或晚于收录则为首次发现时间。';
comment on column news.lineage.origin is 'Who wrote it, also when no publication of theirs was seen. 原发者，未收录其发布时亦注明。';
comment on column news.lineage.origin_seen is 'Whether the original is the origin''s own publication. 原文是否为原发者自己所发。';
comment on column news.lineage.first_at is 'When the earliest of all publications is from. 最早一篇的时间。';
comment on column news.lineage.first_by is 'Who published that one. 最早一篇的发布来源。';
comment on column news.lineage.publications is 'How many articles have this text. 同文篇数。';
comment on column news.lineage.reprinted_by is 'Publishers of it other than its origin. 原发者以外的发布来源。';

create or replace view news.pieces as
select x.whole as whole_id, w.title as whole_title, wl.url as whole_url,
       x.piece as piece_id, p.title as piece_title, pl.url as piece_url, x.share
  from archive.containment x
  join archive.article w on w.id = x.whole
  join archive.link wl on wl.id = w.link
  join archive.article p on p.id = x.piece
  join archive.link pl on pl.id = p.link;
comment on view news.pieces is 'Articles whose text stands inside a longer one: in round-ups, or as one of two on a page. 全文被收入更长文章（汇编、合刊）的文章。';
comment on column news.pieces.whole_id is 'Number of the longer article. 较长一篇的编号。';
comment on column news.pieces.whole_title is 'Its headline. 其标题。';
comment on column news.pieces.whole_url is 'Its address. 其链接。';
comment on column news.pieces.piece_id is 'Number of the article inside it. 被收入的文章的编号。';
comment on column news.pieces.piece_title is 'Its headline. 其标题。';
comment on column news.pieces.piece_url is 'Its address. 其链接。';
comment on column news.pieces.share is 'Share of the piece''s passages that the longer one has, 0 to 1. 被收入的文章有多少片段见于较长一篇。';
