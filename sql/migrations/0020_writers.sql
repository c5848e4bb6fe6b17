-- Who wrote a summary, asked what, at what cost, and which summaries are to be made again.
-- 总结由谁所写、所用提示词的版本与开销，以及哪些总结有待重做。

alter table archive.summary add column model text not null default '';
comment on column archive.summary.model is 'The model that was asked, its text kept or not; empty if none was. 所询问的模型（无论其文字是否采用）；未询问则为空。';
alter table archive.summary add column prompt text not null default '';
comment on column archive.summary.prompt is 'The version of the request it was asked with. 所用提示词的版本。';
alter table archive.summary add column tokens_read bigint not null default 0;
comment on column archive.summary.tokens_read is 'Tokens that it read for this article. 为本文读入的词元数。';
alter table archive.summary add column tokens_written bigint not null default 0;
comment on column archive.summary.tokens_written is 'Tokens that it wrote for this article. 为本文写出的词元数。';
alter table archive.summary add column again boolean not null default false;
comment on column archive.summary.again is 'Whether it waits to be made again; until then it holds. 是否有待重做；重做之前仍有效。';
create index summary_again on archive.summary (made_at, article) where again;

-- The method of a model's summary was the model's name.
-- 以前 method 一栏写的是模型名。
update archive.summary set model = method, method = 'written' where method not in ('extractive', 'lead');

create table archive.model_usage (
    day date,
    model text,
    answers bigint not null,
    tokens_read bigint not null,
    tokens_written bigint not null,
    primary key (day, model)
);
comment on table archive.model_usage is 'What models read and wrote each day, answers that were not kept included. 各模型每日读写的词元数，含未采用的回答。';
