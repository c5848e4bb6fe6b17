-- Figures: who tells which number of what, and where articles agree or differ.
-- 数据：谁说了什么数，各篇何处一致、何处不一。

create or replace view news.figures as
select a.id, f.number, f.subject, f.low as value, nullif(f.high, f.low) as value_to, f.unit, f.kind,
       f.written, f.stated as date, f.as_of, f.told_by,
       substr(t.content, f.sentence_at + 1, f.sentence_end - f.sentence_at) as sentence,
       coalesce(a.published_at, a.first_seen) as at, s.name as source_name, a.title, l.url
  from archive.article a
  join archive.link l on l.id = a.link
  join archive.source s on s.id = l.source
  left join archive.copy c on c.article = a.id and c.original is not null
  join archive.summary m on m.article = coalesce(c.original, a.id)
  join archive.figure f on f.article = m.article
  join archive.text t on t.hash = m.text_hash;
comment on view news.figures is 'The figures that articles tell, of a copy those of its original. 文章中的数据；转载取其原文的数据。';
comment on column news.figures.id is 'Number of the article. 文章编号。';
comment on column news.figures.number is 'Order within the article, from 1. 在文中的次序，从 1 起。';
comment on column news.figures.subject is 'What is measured, in words of the article. 数据的对象，用原文词语。';
comment on column news.figures.value is 'The number in the bare unit, of a range its lower end: 7亿元 is 700000000. 以基本单位计的数值；区间取下限。';
comment on column news.figures.value_to is 'The upper end of a range; null otherwise. 区间上限；非区间为空。';
comment on column news.figures.unit is 'Its unit without 万 and 亿; 人, 名 and 位 are one. 单位，不含万、亿。';
comment on column news.figures.kind is 'stock (a level at a moment), flow (of a period or happening), price, rate or measure. 类别：stock 存量、flow 流量、price 价格、rate 比率、measure 物理量。';
comment on column news.figures.written is 'The number as it is written. 原文写法。';
comment on column news.figures.date is 'When it holds, as stated; empty if the sentence does not say. 原文所述时点；未述则为空。';
comment on column news.figures.as_of is 'The same as year, month or day; empty without a year. 时点的年、年月或年月日；无年份则为空。';
comment on column news.figures.told_by is 'Who counted, estimated or claimed it; empty if the sentence does not say. 统计、估计或声称者；未述则为空。';
comment on column news.figures.sentence is 'The sentence that tells it. 所在句子。';
comment on column news.figures.at is 'When the article was published; when first seen, if it does not say. 发布时间；未注明则为首次发现时间。';
comment on column news.figures.source_name is 'Publisher. 发布来源。';
comment on column news.figures.title is 'Headline of the article. 文章标题。';
comment on column news.figures.url is 'Canonical address. 规范链接。';

-- Equal numbers of subjects of which one is the other's more exactly said, and different numbers of
-- subjects said alike: a number as of another day is no conflict, and one of another kind (238 at a
-- day, 238 within months) no agreement.
create or replace view archive.related_figure as
select case when one.kind = other.kind then 'agreement' else 'other kind' end as relation,
       one.article, one.number, other.article as other_article, other.number as other_number
  from archive.figure one
  join archive.figure other on other.unit = one.unit and other.low = one.low
   and other.high = one.high and other.article <> one.article
   and (one.terms <@ other.terms or one.terms @> other.terms)
   and (starts_with(one.as_of, other.as_of) or starts_with(other.as_of, one.as_of))
 where one.terms <> '{}' and other.terms <> '{}'
union all
select 'conflict', one.article, one.number, other.article, other.number
  from archive.figure one
  join archive.figure other on other.terms = one.terms and other.unit = one.unit
   and other.kind = one.kind and other.as_of = one.as_of and other.article <> one.article
 where one.terms <> '{}' and one.as_of <> ''
   and (one.high < other.low * 0.995 or other.high < one.low * 0.995)
   and not exists (select from archive.figure f
                    where f.article = other.article and f.terms = one.terms
                      and f.unit = one.unit and f.low = one.low)
   and not exists (select from archive.figure f
                    where f.article = one.article and f.terms = other.terms
                      and f.unit = other.unit and f.low = other.low);

create or replace view news.figure_comparisons as
with told as not materialized (
    select f.*, s.name as source_name, l.url
      from archive.figure f
      join archive.article a on a.id = f.article
      join archive.link l on l.id = a.link
      join archive.source s on s.id = l.source
     where not exists (select from archive.copy c
                        where c.article = f.article and c.original is not null)
)
select p.relation, one.subject, one.written, one.kind, one.stated as date, one.told_by,
       one.source_name, one.article as id, one.url, other.subject as other_subject,
       other.written as other_written, other.kind as other_kind, other.stated as other_date,
       other.told_by as other_told_by, other.source_name as other_source_name,
       other.article as other_id, other.url as other_url
  from told one
  join archive.related_figure p on p.article = one.article and p.number = one.number
  join told other on other.article = p.other_article and other.number = p.other_number
   and other.article > one.article;
comment on view news.figure_comparisons is 'Figures of two different texts on one subject, each pair once; copies are left out. 不同文本对同一对象的数据，两两比对；转载不计。';
comment on column news.figure_comparisons.relation is 'agreement (the same number), conflict (another number of the same kind as of the same date) or other kind (the same number, one a level, one of a period). 关系：agreement 一致、conflict 不一（同类、同时点、数不同）、other kind 数同而类别不同（如存量与流量）。';
comment on column news.figure_comparisons.subject is 'What the earlier article measures. 先收录一篇的对象。';
comment on column news.figure_comparisons.written is 'Its number as written. 其数字的原文写法。';
comment on column news.figure_comparisons.kind is 'stock, flow, price, rate or measure. 其类别。';
comment on column news.figure_comparisons.date is 'When it holds, as stated. 其时点。';
comment on column news.figure_comparisons.told_by is 'Who counted, estimated or claimed it. 其出处。';
comment on column news.figure_comparisons.source_name is 'Its publisher. 其发布来源。';
comment on column news.figure_comparisons.id is 'Number of the article. 其文章编号。';
comment on column news.figure_comparisons.url is 'Its address. 其链接。';
comment on column news.figure_comparisons.other_subject is 'What the later article measures. 后收录一篇的对象。';
comment on column news.figure_comparisons.other_written is 'Its number as written. 其数字的原文写法。';
comment on column news.figure_comparisons.other_kind is 'stock, flow, price, rate or measure. 其类别。';
comment on column news.figure_comparisons.other_date is 'When it holds, as stated. 其时点。';
comment on column news.figure_comparisons.other_told_by is 'Who counted, estimated or claimed it. 其出处。';
comment on column news.figure_comparisons.other_source_name is 'Its publisher. 其发布来源。';
comment on column news.figure_comparisons.other_id is 'Number of the article. 其文章编号。';
comment on column news.figure_comparisons.other_url is 'Its address. 其链接。';
