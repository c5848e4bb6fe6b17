-- What users query. Every column is commented in English and Chinese; names are typed unquoted.
-- 面向用户的视图。每一列都有中英文注释，列名无需加引号。

create or replace view news.articles as
select a.id, l.source, s.name as source_name, a.title, l.url, t.content as text,
       a.authors, a.editor, a.origin, a.published_at, a.date_precision, a.section, a.page_keywords,
       a.first_seen, a.part, m.summary, m.keywords, m.technologies, m.industries, m.topic,
       m.method as summary_method,
       (select count(*) from archive.revision r where r.article = a.id
           and not (r.reread or 'vanished' = any (r.flags))) as revisions,
       a.contributors, a.origin_kind, a.captions, jsonb_array_length(a.repairs) as repairs,
       coalesce(c.original, a.id) as original_id,
       (select max(r.replaced_at) from archive.revision r where r.article = a.id
           and 'vanished' = any (r.flags) and r.returned_at is null) as vanished_at,
       m.companies, m.model as summary_model
  from archive.article a
  join archive.link l on l.id = a.link
  join archive.source s on s.id = l.source
  join archive.text t on t.hash = a.text_hash
  left join archive.copy c on c.article = a.id and c.original is not null
  left join archive.summary m on m.article = coalesce(c.original, a.id);
comment on view news.articles is 'Every archived article with its summary; summary, tags and topic of a copy are its original''s. 每篇存档文章及其总结；转载的总结、标签与栏目取自其原文。';
comment on column news.articles.id is 'Number of the article. 文章编号。';
comment on column news.articles.source is 'Id of the publisher of this copy. 发布来源的代号。';
comment on column news.articles.source_name is 'Name of the publisher of this copy. 发布来源的名称。';
comment on column news.articles.title is 'Headline as a reader sees it. 标题。';
comment on column news.articles.url is 'Canonical address; urn:sha256:… for an imported document without one. 规范链接；无链接的导入文档为 urn。';
comment on column news.articles.text is 'Main text, one paragraph per line. 正文，一段一行。';
comment on column news.articles.authors is 'Bylines. 作者、记者。';
comment on column news.articles.editor is 'Responsible editor. 责任编辑。';
comment on column news.articles.origin is 'Who wrote it, where the page says so (来源). 页面注明的稿件来源。';
comment on column news.articles.published_at is 'Publication time as the page states it. 页面注明的发布时间。';
comment on column news.articles.date_precision is 'minute, day, or empty when unknown. 发布时间的精度。';
comment on column news.articles.section is 'Section of the publisher, or number of the magazine. 栏目，或期刊的期号。';
comment on column news.articles.page_keywords is 'Keywords that the page itself states. 页面自带的关键词。';
comment on column news.articles.first_seen is 'When the archive first saw the link; decides the edition. 首次发现时间，决定归入哪一期。';
comment on column news.articles.part is 'Which article of its page, from 1. 同页第几篇，从 1 起。';
comment on column news.articles.summary is 'Summary, null while pending. 总结；待处理时为空。';
comment on column news.articles.keywords is 'Keywords found in the text. 关键词。';
comment on column news.articles.technologies is 'AI technologies named in it. 涉及的 AI 技术。';
comment on column news.articles.industries is 'Industries it is about. 涉及的行业。';
comment on column news.articles.topic is 'Section of the digest it belongs to. 所属简报栏目。';
comment on column news.articles.summary_method is 'How the summary was made, see news.summaries.method. 总结方法，详见 news.summaries.method。';
comment on column news.articles.revisions is 'How often the publisher changed it since it was first stored. 存档后被修改的次数。';
comment on column news.articles.contributors is 'People named as taking part, other than the authors. 作者以外的参与者：专家、译者、通讯员。';
comment on column news.articles.origin_kind is 'Where the origin stands: credit, dateline, byline, copyright. 来源出自何处：来源行、电头、署名、版权声明。';
comment on column news.articles.captions is 'Captions of its pictures. 图片说明。';
comment on column news.articles.repairs is 'How many places of it were repaired, see news.repairs. 修复的处数，详见 news.repairs。';
comment on column news.articles.original_id is 'Number of the article that stands for this text, its own if it is no copy: where it equals id, each text is there once. 代表此文的文章编号，非转载则为自身；限定其等于 id 即每文只取一篇。';
comment on column news.articles.vanished_at is 'When its page was found gone, null while it is there; the article stays. 发现原页面消失的时间，未消失为空；存档不受影响。';
comment on column news.articles.companies is 'Companies it is about, by themselves or their products. 涉及的公司，含其产品。';
comment on column news.articles.summary_model is 'The model that was asked for the summary, its text kept or not; empty if none was. 为总结所询问的模型（无论是否采用）；未询问则为空。';

create or replace view news.repairs as
select a.id, e.number, e.edit ->> 'kind' as kind, (e.edit ->> 'at')::integer as at,
       e.edit ->> 'before' as before, e.edit ->> 'after' as after,
       (e.edit ->> 'guess')::boolean as guess
  from archive.article a
 cross join jsonb_array_elements(a.repairs) with ordinality e (edit, number);
comment on view news.repairs is 'What was repaired in damaged texts, edit by edit. 对受损文本的每一处修复。';
comment on column news.repairs.id is 'Number of the article. 文章编号。';
comment on column news.repairs.number is 'Order of the edit in the text, from 1. 修复在文中的次序，从 1 起。';
comment on column news.repairs.kind is 'note (pinyin), bytes, width, script, hidden. 类别：注音、字节、全半角、繁简、隐藏字符。';
comment on column news.repairs.at is 'Characters before it in title, newline, text as they are now. 在现文“标题、换行、正文”中的位置（字符数）。';
comment on column news.repairs.before is 'What stood there. 修复前。';
comment on column news.repairs.after is 'What stands there now. 修复后。';
comment on column news.repairs.guess is 'Whether a lost byte had to be guessed. 是否含推测的字节。';

create or replace view news.record as
select a.title as "标题",
       case when l.url like 'urn:%' then null else l.url end as "链接",
       m.summary as "总结",
       array_to_string(m.keywords, ', ') as "关键词",
       array_to_string(m.technologies, ', ') as "ai技术",
       array_to_string(m.industries, ', ') as "行业",
       (select string_agg(e.number || '. ' || (e.event ->> 'text'), E'\n' order by e.number)
          from jsonb_array_elements(m.events) with ordinality e (event, number)) as "重大事件摘要",
       a.id as "编号",
       a.first_seen as "收录时间"
  from archive.article a
  join archive.link l on l.id = a.link
  left join archive.copy c on c.article = a.id and c.original is not null
  join archive.summary m on m.article = coalesce(c.original, a.id);
comment on view news.record is 'One labelled record per summarized article; what a copy says is its original''s. 每篇文章一条标注记录；转载的总结与标注取自其原文。';
comment on column news.record.标题 is 'Headline. 标题。';
comment on column news.record.链接 is 'Canonical address; null for an imported document without one. 规范链接，无链接的导入文档为空。';
comment on column news.record.总结 is 'Summary. 总结。';
comment on column news.record.关键词 is 'Keywords, comma separated. 关键词，逗号分隔。';
comment on column news.record.ai技术 is 'AI technologies, comma separated (typed AI技术 or ai技术). AI 技术，逗号分隔。';
comment on column news.record.行业 is 'Industries, comma separated. 行业，逗号分隔。';
comment on column news.record.重大事件摘要 is 'Main events, numbered, one per line. 重大事件，编号，一行一条。';
comment on column news.record.编号 is 'Number of the article, as in news.articles.id. 文章编号。';
comment on column news.record.收录时间 is 'When the archive first saw it. 收录时间。';
