-- Other names of what the news is about, and the clock of a demo.
-- 新闻中公司、产品与技术的别名；演示存档的时钟。

create table archive.name (
    name text not null,
    alias text not null,
    kind text not null check (kind in ('company', 'product', 'institution', 'technology', 'industry')),
    shipped boolean not null default false,
    primary key (alias, name)
);
comment on table archive.name is 'Other names, themselves included; rows that are not shipped are the owner''s. 别名表（含本名）；shipped 为假的行由所有者维护。';

alter table archive.deployment add column fixed_at timestamptz;
comment on column archive.deployment.fixed_at is 'The moment at which a demo''s clock stands; null in a live archive. 演示存档的固定时刻；正式存档为空。';

create index article_published on archive.article (coalesce(published_at, first_seen) desc, id desc);
