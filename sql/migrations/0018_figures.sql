-- What numbers articles tell, of what, when and by whom; and what a summary was checked for.
-- 文章中的数据：对象、数值、时点与出处；以及总结的核查结果。

create table archive.figure (
    article bigint not null references archive.summary on delete cascade,
    number integer not null,
    subject text not null,
    terms text[] not null,
    low numeric not null,
    high numeric not null,
    unit text not null,
    kind text not null,
    stated text not null,
    as_of text not null,
    told_by text not null,
    written text not null,
    at integer not null,
    at_end integer not null,
    sentence_at integer not null,
    sentence_end integer not null,
    primary key (article, number)
);
comment on table archive.figure is 'The figures of each summarized article. 每篇已总结文章中的数据。';
comment on column archive.figure.terms is 'The words of the subject by which it is compared with others; empty if they say too little. 用于比对的对象词语；过于笼统则为空。';
comment on column archive.figure.low is 'The number in the bare unit, or the lower end of a range: 7亿元 is 700000000, 三成 is 30 %. 以基本单位计的数值，或区间下限。';
comment on column archive.figure.high is 'The upper end of a range; the number itself otherwise. 区间上限；非区间则同数值。';
comment on column archive.figure.stated is 'When it holds, as the article says. 原文所述时点。';
comment on column archive.figure.as_of is 'The same as year, month or day (2023, 2023-10, 2023-07-13); empty without a year. 时点的年、年月或年月日；无年份则为空。';
comment on column archive.figure.at is 'Offset of the number in the text, in characters. 数字在正文中的位置（字符）。';
comment on column archive.figure.sentence_at is 'Offset of its sentence. 所在句子的位置。';
create index figure_value on archive.figure (unit, low, high) where terms <> '{}';
create index figure_terms on archive.figure (terms) where terms <> '{}';

alter table archive.summary add column checks jsonb not null default '[]';
comment on column archive.summary.checks is 'What a summary that a model wrote was checked for: kind, place in the summary, offset in the text. 对模型所写总结的逐项核查：类别、在总结中的位置、在正文中的位置。';
