-- What articles say: summaries, tags, events, and the names they may use.
-- 文章的内容：总结、标签、事件，以及别名。

create or replace view news.summaries as
select a.id, a.title, l.url, m.summary, m.topic, m.keywords, m.technologies, m.industries, m.method,
       m.reason, m.made_at, m.companies, m.model, m.prompt, m.tokens_read, m.tokens_written, m.again
  from archive.article a
  join archive.link l on l.id = a.link
  left join archive.copy c on c.article = a.id and c.original is not null
  join archive.summary m on m.article = coalesce(c.original, a.id);
comment on view news.summaries is 'The summary of each article, of a copy its original''s, how it was made and why so. 每篇文章的总结（转载取其原文的总结）、生成方法及缘由。';
comment on column news.summaries.id is 'Number of the article. 文章编号。';
comment on column news.summaries.title is 'Headline. 标题。';
comment on column news.summaries.url is 'Canonical address. 规范链接。';
comment on column news.summaries.summary is 'Summary; with method extractive or lead, sentences of the article as they stand. 总结；extractive 与 lead 表示逐字摘自原文。';
comment on column news.summaries.topic is 'Section of the digest. 所属简报栏目。';
comment on column news.summaries.keywords is 'Keywords found in the text. 关键词。';
comment on column news.summaries.technologies is 'AI technologies named in it. 涉及的 AI 技术。';
comment on column news.summaries.industries is 'Industries it is about. 涉及的行业。';
comment on column news.summaries.method is 'extractive or lead (sentences of the article), written (by a model), repaired (by a model, sentences left out), shared (written for another publication of it). 方法：extractive、lead 为原文摘句，written 为模型所写，repaired 为模型所写并删去了若干句，shared 为沿用模型为同文另一篇所写的总结。';
comment on column news.summaries.reason is 'Why the model''s text was not kept, or not all of it; empty otherwise. 模型文字未采用或未全部采用的原因，否则为空。';
comment on column news.summaries.made_at is 'When it was made. 生成时间。';
comment on column news.summaries.companies is 'Companies it is about, by themselves or their products. 涉及的公司，含其产品。';
comment on column news.summaries.model is 'The model that was asked, its text kept or not; empty if none was. 所询问的模型（无论是否采用）；未询问则为空。';
comment on column news.summaries.prompt is 'The version of the request it was asked with. 所用提示词的版本。';
comment on column news.summaries.tokens_read is 'Tokens that the model read for it. 模型读入的词元数。';
comment on column news.summaries.tokens_written is 'Tokens that the model wrote for it. 模型写出的词元数。';
comment on column news.summaries.again is 'Whether it waits to be made again. 是否有待重做。';

create or replace view news.model_usage as
select day, model, answers, tokens_read, tokens_written from archive.model_usage;
comment on view news.model_usage is 'What models read and wrote, by day. 各模型每日的用量。';
comment on column news.model_usage.day is 'The day, in the edition''s time zone. 日期（简报所用时区）。';
comment on column news.model_usage.model is 'The model, and the server that has it. 模型及其所在的服务器。';
comment on column news.model_usage.answers is 'Articles that it was asked about and answered. 已回答的文章数。';
comment on column news.model_usage.tokens_read is 'Tokens that it read. 读入的词元数。';
comment on column news.model_usage.tokens_written is 'Tokens that it wrote. 写出的词元数。';

create or replace view news.tags as
select a.id, t.kind, t.tag, coalesce(a.published_at, a.first_seen) as at, a.title,
       case when t.kind not in ('technology', 'industry', 'company') then ''
            when m.tag_spans #> array[t.tag, '0'] is null then a.title
            else substr(x.content, greatest(1, (m.tag_spans #>> array[t.tag, '0', '0'])::integer - 19),
                        (m.tag_spans #>> array[t.tag, '0', '1'])::integer
                        - greatest(0, (m.tag_spans #>> array[t.tag, '0', '0'])::integer - 20) + 20)
       end as passage
  from archive.article a
  left join archive.copy c on c.article = a.id and c.original is not null
  join archive.summary m on m.article = coalesce(c.original, a.id)
  left join archive.text x on x.hash = m.text_hash
 cross join lateral (
    select 'technology' as kind, tag from unnest(m.technologies) tag
    union all select 'industry', tag from unnest(m.industries) tag
    union all select 'company', tag from unnest(m.companies) tag
    union all select 'keyword', tag from unnest(m.keywords) tag
    union all select 'topic', m.topic) t;
comment on view news.tags is 'One row for each tag of each article; a copy has the tags of its original. 每篇文章的每个标签一行；转载沿用原文的标签。';
comment on column news.tags.id is 'Number of the article. 文章编号。';
comment on column news.tags.kind is 'technology, industry, company, keyword or topic. 类别：技术、行业、公司、关键词、栏目。';
comment on column news.tags.tag is 'The tag. 标签。';
comment on column news.tags.at is 'When the article was published; when first seen, if it does not say. 发布时间；未注明则为首次发现时间。';
comment on column news.tags.title is 'Headline of the article. 文章标题。';
comment on column news.tags.passage is 'Why: the words around the first mention in the text, or the headline where only it has the tag; empty for keywords and topics. 依据：正文中首次提及处的上下文；仅标题提及则为标题；关键词与栏目为空。';

create or replace view news.events as
select a.id, e.number, e.event ->> 'kind' as kind, e.event ->> 'text' as event,
       coalesce(a.published_at, a.first_seen) as at, s.name as source_name, a.title, l.url,
       coalesce(e.event ->> 'date', '') as stated
  from archive.article a
  join archive.link l on l.id = a.link
  join archive.source s on s.id = l.source
  left join archive.copy c on c.article = a.id and c.original is not null
  join archive.summary m on m.article = coalesce(c.original, a.id)
 cross join jsonb_array_elements(m.events) with ordinality e (event, number);
comment on view news.events is 'The main events that articles report, each a sentence of the article, of a copy one of its original. 文章报道的重大事件，均为原文句子；转载取其原文的句子。';
comment on column news.events.id is 'Number of the article. 文章编号。';
comment on column news.events.number is 'Order within the article, from 1. 在文中的次序，从 1 起。';
comment on column news.events.kind is 'What kind of event it is. 事件类别。';
comment on column news.events.event is 'The sentence. 事件原句。';
comment on column news.events.at is 'When the article was published; when first seen, if it does not say. 发布时间；未注明则为首次发现时间。';
comment on column news.events.source_name is 'Publisher of this copy. 发布来源。';
comment on column news.events.title is 'Headline of the article. 文章标题。';
comment on column news.events.url is 'Canonical address. 规范链接。';
comment on column news.events.stated is 'When it happened, as the sentence says; empty if it does not. 原句所述时间；未述则为空。';

create or replace view news.names as
select name, alias, kind from archive.name;
comment on view news.names is 'Other names of companies, products, institutions, technologies and industries. 公司、产品、机构、技术与行业的别名。';
comment on column news.names.name is 'The name it goes by here. 通用名。';
comment on column news.names.alias is 'A name that means the same; the name itself is one. 别名，含本名。';
comment on column news.names.kind is 'company, product, institution, technology or industry. 类别：公司、产品、机构、技术、行业。';
