-- What publishers changed after they published, and which copies did not follow.
-- 发布之后的改动，以及未随之更正的转载。

create or replace view news.revisions as
select r.article as id, r.number, r.title, t.content as text, r.replaced_at, r.reread,
       r.flags, r.account, r.changes, r.returned_at
  from archive.revision r join archive.text t on t.hash = r.text_hash;
comment on view news.revisions is 'Earlier versions of changed articles, and what the next version changed. 文章的历史版本，以及其后的改动。';
comment on column news.revisions.id is 'Number of the article. 文章编号。';
comment on column news.revisions.number is 'Version, from 1 for the oldest. 版本号，从 1 起。';
comment on column news.revisions.title is 'Headline of that version. 当时的标题。';
comment on column news.revisions.text is 'Text of that version. 当时的正文。';
comment on column news.revisions.replaced_at is 'When a newer version replaced it, or its page was found gone. 被新版本取代或发现页面消失的时间。';
comment on column news.revisions.reread is 'Replaced by a better reading of the same page, not by its publisher. 由重新抽取取代，并非发布者修改。';
comment on column news.revisions.flags is 'What its publisher changed: title, number, name, text (wording only), vanished; empty if reread. 发布者的改动：标题、数字、名称、仅措辞、页面消失；重新抽取的为空。';
comment on column news.revisions.account is 'The change in one line of Chinese. 一行说明。';
comment on column news.revisions.changes is 'The changes in order, each with at (sentence, 0 for the title), before, after, spans (characters that differ: start and end in each), numbers and names (pairs, old and new); null while not compared. 逐处改动：at 为第几句（0 为标题）、改前、改后、不同字符的起止、数字与名称的新旧对照；尚未比对时为空。';
comment on column news.revisions.returned_at is 'When a page that had vanished was there again, null if it never was. 消失的页面恢复的时间，未恢复为空。';

create or replace view news.corrections as
with changed as (
    select r.article, r.number, r.replaced_at, r.flags, r.account, o.old, o.new
      from archive.revision r
     cross join lateral jsonb_array_elements(r.changes) c (change)
     cross join lateral (
        select c.change ->> 'before' as old, c.change ->> 'after' as new
        union all
        select pair ->> 0, pair ->> 1
          from jsonb_array_elements((c.change -> 'numbers') || (c.change -> 'names')) pair) o
     where r.flags && '{title,number,name}'
       and (c.change ->> 'at' = '0' or c.change -> 'numbers' <> '[]' or c.change -> 'names' <> '[]')
), found as (
    select c.article, c.number, c.replaced_at, c.flags, c.account, o.article as copy,
           bool_or(f.old <> '' and strpos(f.doc, f.old) > 0
                   and (f.new = '' or strpos(f.doc, f.new) = 0)) as has_old,
           bool_or(f.new <> '' and strpos(f.doc, f.new) > 0) as has_new
      from changed c
      join archive.copy_group g on g.original = c.article
      join archive.copy o on o.copy_group = g.id and o.article <> g.original
      join archive.article a on a.id = o.article
      join archive.text t on t.hash = a.text_hash
     cross join lateral (
        -- As news.fold does, and without blanks; not archive.search_text, of which readers may
        -- not even plan a question.
        select max(f.folded) filter (where n = 1) as old, max(f.folded) filter (where n = 2) as new,
               max(f.folded) filter (where n = 3) as doc
          from (select n, regexp_replace(translate(normalize(v, NFKC), k.written, k.folded),
                                         '\s', '', 'g') as folded
                  from unnest(array[c.old, c.new, a.title || t.content]) with ordinality u (v, n)
                 cross join archive.fold k) f) f
     group by 1, 2, 3, 4, 5, 6
)
select f.article as id, f.number, f.replaced_at as changed_at, f.flags, f.account,
       f.copy as copy_id, p.name as copy_source, a.title as copy_title, l.url as copy_url,
       case when f.has_old then 'old' when f.has_new then 'new' else 'neither' end as says
  from found f
  join archive.article a on a.id = f.copy
  join archive.link l on l.id = a.link
  join archive.source p on p.id = l.source;
comment on view news.corrections is 'Where an original changed its title, a number or a name: what each copy of it says. 原文更正了标题、数字或名称时，各转载现在的说法。';
comment on column news.corrections.id is 'Number of the original. 原文编号。';
comment on column news.corrections.number is 'Which of its versions was replaced, as in news.revisions. 被取代的版本号，同 news.revisions。';
comment on column news.corrections.changed_at is 'When the change was seen. 发现改动的时间。';
comment on column news.corrections.flags is 'What changed, as in news.revisions. 改动类别，同 news.revisions。';
comment on column news.corrections.account is 'The change in one line of Chinese. 一行说明。';
comment on column news.corrections.copy_id is 'Number of the copy. 转载的编号。';
comment on column news.corrections.copy_source is 'Its publisher. 转载的发布来源。';
comment on column news.corrections.copy_title is 'Its headline. 转载的标题。';
comment on column news.corrections.copy_url is 'Its address. 转载的链接。';
comment on column news.corrections.says is 'old if a sentence, number or name that changed still stands there as it was, new if it follows, neither if it left that out. old 为仍是旧说法，new 为已随之更正，neither 为未提及。';
