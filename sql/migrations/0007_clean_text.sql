-- What a page says of its article beyond the text, and what was repaired in the text.
-- 页面对文章的其他说明，以及对正文所做的修复。

alter table archive.article
    add column contributors text[] not null default '{}',
    add column origin_kind text not null default '',
    add column captions text[] not null default '{}',
    add column repairs jsonb not null default '[]';
comment on column archive.article.contributors is 'People named as taking part, other than the authors. 作者以外的参与者：专家、译者、通讯员。';
comment on column archive.article.origin_kind is 'Where the origin stands: credit, dateline, byline, copyright. 来源出自何处：来源行、电头、署名、版权声明。';
comment on column archive.article.captions is 'Captions of its pictures. 图片说明。';
comment on column archive.article.repairs is 'Edits that repair made, placed in title, newline, text as they are now. 所做的修复，位置按现文“标题、换行、正文”计。';
