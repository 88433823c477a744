/** The look of the pages: one style sheet, light and dark, without anything from elsewhere. */
const COLOURS = `
:root{color-scheme:light dark;--page:#f6f6f9;--card:#fff;--sunk:#ececf1;--text:#1f1e24;--muted:#5d5c66;--line:#d4d4dc;--strong-line:#86858f;--link:#0b5cad;--focus:#0b5cad;
--good:#1a6b37;--good-bg:#d9f2e0;--info:#0b4f94;--info-bg:#dcebfb;--warn:#7a4a00;--warn-bg:#fdeecb;--bad:#a81919;--bad-bg:#fde3e0;--calm:#4b4a54;--calm-bg:#e6e6ec;--banner:#2f2a5b;--banner-text:#fff}
@media (prefers-color-scheme:dark){:root{--page:#17161b;--card:#212027;--sunk:#2b2a32;--text:#ececf0;--muted:#b0afb9;--line:#3f3e48;--strong-line:#84838f;--link:#7cb8f2;--focus:#9cc9f5;
--good:#8ad9a4;--good-bg:#143d22;--info:#93c6fb;--info-bg:#12365c;--warn:#f3c668;--warn-bg:#463006;--bad:#ffa79c;--bad-bg:#571713;--calm:#c9c8d1;--calm-bg:#37363f;--banner:#3a3470;--banner-text:#fff}}`;

const BASE = `
*{box-sizing:border-box}
html{font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;color:var(--text);background:var(--page);-webkit-text-size-adjust:100%}
body{margin:0;overflow-wrap:anywhere}
a{color:var(--link);text-underline-offset:2px}a:not(:hover){text-decoration-color:color-mix(in srgb,currentColor 35%,transparent)}
:focus-visible{outline:3px solid var(--focus);outline-offset:2px;border-radius:4px}
h1,h2,h3,h4,h5,h6{line-height:1.25;margin:1.2em 0 .5em}h1{font-size:1.6rem;margin:.3em 0}h2{font-size:1.15rem}h3{font-size:1.1rem}h4{font-size:1rem}h5,h6{font-size:.95rem}
p{margin:.5em 0}ul,ol{padding-left:1.6em}hr{border:0;border-top:1px solid var(--line)}
button,input,select,textarea{font:inherit;color:inherit}
button,.button{background:var(--card);border:1px solid var(--strong-line);border-radius:6px;padding:.3em .8em;cursor:pointer;min-height:2.1rem}
button:hover{background:var(--sunk)}button.main{background:var(--link);border-color:var(--link);color:var(--card);font-weight:600}button.main:hover{filter:brightness(.92)}
input:not([type=checkbox]):not([type=radio]),select,textarea{background:var(--card);border:1px solid var(--strong-line);border-radius:6px;padding:.35em .55em;max-width:100%}
textarea{width:100%;min-height:6.5rem;resize:vertical}textarea.tall{min-height:16rem;font:13px/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}
input[type=checkbox]{width:1.05em;height:1.05em;vertical-align:-.15em;accent-color:var(--link)}
label{font-weight:600}label.plain{font-weight:400}
table{border-collapse:collapse;width:100%}th,td{text-align:left;padding:.45em .6em;border-bottom:1px solid var(--line);vertical-align:top}th{font-size:.87rem;color:var(--muted)}
code,pre{font:13px/1.5 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace}code{background:var(--sunk);border-radius:4px;padding:.1em .3em}
pre{background:var(--sunk);border-radius:6px;padding:.7em .9em;overflow:auto;margin:.6em 0}pre code{background:none;padding:0}
summary{cursor:pointer}fieldset{border:0;margin:0;padding:0}blockquote{margin:.6em 0;padding-left:1em;border-left:4px solid var(--line);color:var(--muted)}
.vh{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
.muted{color:var(--muted)}.small{font-size:.87rem}.scroll{overflow-x:auto;max-width:100%;position:relative}
.skip{position:absolute;left:-999px}.skip:focus{left:1rem;top:.5rem;background:var(--card);padding:.4em .8em;z-index:9}`;

const FRAME = `
.strip{background:var(--banner);color:var(--banner-text)}.strip .wide{display:flex;flex-wrap:wrap;gap:.4rem 1.5rem;align-items:center;justify-content:space-between;padding-block:.45rem}
.strip a{color:inherit;font-weight:600}.strip form{display:flex;flex-wrap:wrap;gap:.5rem;align-items:center}.strip select,.strip button{color:var(--text)}.strip select{max-width:22rem;flex:1;min-width:8rem}.strip :focus-visible{outline-color:#fff}
.wide{max-width:1280px;margin:0 auto;padding-inline:1.5rem}
.bar .wide{display:flex;flex-wrap:wrap;gap:.2rem 1.5rem;justify-content:space-between;padding-block:.55rem}.bar{background:var(--card);border-bottom:1px solid var(--line)}
.bar ol,.tabs{list-style:none;display:flex;flex-wrap:wrap;gap:.2rem .5rem;margin:0;padding:0}.bar ol li+li::before{content:"/";color:var(--muted);margin-right:.5rem}
.tabs{gap:.2rem 1.2rem}.tabs a[aria-current]{color:inherit;font-weight:700;text-decoration:none;box-shadow:0 2px 0 var(--link)}
main{padding-block:1rem 3rem;min-height:60vh}footer{border-top:1px solid var(--line);padding-block:1rem;font-size:.87rem;color:var(--muted)}
.notice{border:1px solid;border-radius:8px;padding:.7rem 1rem;margin:.3rem 0 1rem}.notice p{margin:.2em 0}.notice.refused{background:var(--bad-bg);color:var(--bad)}.notice.done{background:var(--good-bg);color:var(--good)}
.status{position:fixed;left:50%;bottom:1rem;transform:translateX(-50%);background:var(--text);color:var(--page);border-radius:8px;padding:.5rem 1rem;z-index:8;max-width:92vw}.status:empty{display:none}.status a{color:inherit}
.card{background:var(--card);border:1px solid var(--line);border-radius:10px;padding:1rem 1.2rem;margin:0 0 1.2rem}.card>:first-child,.card>.vh:first-child+*{margin-top:0}.card>:last-child{margin-bottom:0}
.split{display:grid;grid-template-columns:minmax(0,1fr) 19rem;gap:1.4rem;align-items:start}.head{margin-bottom:1rem}.head .line{flex-wrap:wrap;white-space:normal}.line{white-space:nowrap;display:flex;gap:.3rem .7rem;align-items:center}
.side h2{margin:0 0 .2rem;font-size:.92rem}.side section{padding:.75rem 0;border-bottom:1px solid var(--line)}.side section:first-child{padding-top:0}.side section:last-child{border:0;padding-bottom:0}.side details{margin-top:.4rem}.side details form{margin-top:.4rem}.side summary{font-size:.87rem;color:var(--link)}
@media (min-width:621px){.stacked th:first-child{width:38%}}.stack{display:grid;gap:.5rem}.row{display:flex;flex-wrap:wrap;gap:.5rem;align-items:end}.field{display:grid;gap:.15rem}
@media (max-width:820px){.strip form{flex-wrap:nowrap;width:100%}.strip label{white-space:nowrap}.split{grid-template-columns:minmax(0,1fr)}.wide{padding-inline:.9rem}.card{padding:.85rem .9rem}h1{font-size:1.35rem}}`;

const PARTS = `
.badge{display:inline-flex;align-items:center;gap:.3em;border-radius:99px;padding:.12em .7em .12em .5em;font-weight:600;font-size:.9rem;white-space:nowrap}.badge.opened{background:var(--good-bg);color:var(--good)}.badge.closed{background:var(--info-bg);color:var(--info)}.badge.hidden{background:var(--warn-bg);color:var(--warn)}
.icon{width:1em;height:1em;flex:none;vertical-align:-.13em}.icon.opened{color:var(--good)}.icon.closed{color:var(--info)}.icon .tick{stroke:var(--card)}
.label{display:inline-flex;white-space:nowrap;border-radius:99px;overflow:hidden;font-size:.8rem;line-height:1.45;text-decoration:none;border:1.5px solid var(--bg,#6b6b73);vertical-align:middle;max-width:100%}.label .scope{background:var(--bg,#6b6b73);color:var(--fg,#fff);padding:0 .55em}.label span{overflow:hidden;text-overflow:ellipsis}.label .value{background:var(--card);color:var(--text);padding:0 .55em 0 .45em}a.label:hover{filter:brightness(.9);text-decoration:underline}
.labels{display:flex;flex-wrap:wrap;gap:.3rem;align-items:center;list-style:none;margin:0;padding:0}.labels li,.labels form{display:inline-flex;align-items:center;gap:.1rem}.drop{border:0;background:none;padding:0;min-height:1.6rem;min-width:1.6rem;color:var(--muted);border-radius:99px}.drop:hover{background:var(--bad-bg);color:var(--bad)}
.person{color:inherit;font-weight:600;text-decoration:none}.person:hover{text-decoration:underline}.avatar{display:inline-grid;place-items:center;width:1.4rem;height:1.4rem;border-radius:50%;background:var(--calm-bg);color:var(--calm);font-size:.68rem;font-weight:700;flex:none;line-height:1;white-space:nowrap;margin-right:.35em;vertical-align:middle}
.tag{font-size:.75rem;border:1px solid var(--strong-line);border-radius:4px;padding:0 .35em;color:var(--muted)}.one{display:inline-block}.late,.soon{border-radius:4px;padding:.05em .4em;font-size:.87rem;font-weight:600;white-space:nowrap}.late{background:var(--bad-bg);color:var(--bad)}.soon{background:var(--warn-bg);color:var(--warn)}.mention{background:var(--info-bg);border-radius:4px;padding:0 .2em}
.items{list-style:none;margin:0;padding:0}.items>li{display:grid;grid-template-columns:1.3rem minmax(0,1fr) auto;gap:.2rem .5rem;padding:.7rem 0;border-bottom:1px solid var(--line)}.items>li:last-child{border:0}.items .icon{margin-top:.25rem}.items .title{font-weight:600}.items .end{text-align:right;font-size:.9rem}
progress{accent-color:var(--good);width:9rem;height:.7rem;vertical-align:middle}
.md li.task{list-style:none}.md li.task>input,.md li.task>p>input{margin-left:-1.5em}.md .inapplicable{text-decoration:line-through;color:var(--muted)}.md .task-button{min-height:0;font-size:.75rem;padding:0 .5em;margin:0 .3em}.js .task-button{display:none}.md .task-box:not(:disabled){cursor:pointer}.md input{margin-right:.45em}.md .code{position:relative}.md .language{position:absolute;right:.6em;top:.3em;font-size:.75rem;color:var(--muted)}.md table{width:auto}.md>:first-child{margin-top:0}.md>:last-child{margin-bottom:0}.md details{border:1px solid var(--line);border-radius:6px;padding:.4em .8em;margin:.6em 0}
.feed{list-style:none;margin:0;padding:0}.feed>li{margin:0 0 .8rem}.note{border:1px solid var(--line);border-radius:8px;background:var(--card)}.note header{display:flex;flex-wrap:wrap;gap:.3rem .6rem;align-items:center;background:var(--sunk);border-radius:8px 8px 0 0;padding:.35rem .8rem;font-size:.9rem}.note .md{padding:.6rem .8rem}.note:target{outline:2px solid var(--focus)}.event{padding-left:1rem;border-left:3px solid var(--line);font-size:.9rem;color:var(--muted)}.event p{display:inline;margin:0}.event .person{color:var(--text)}
.board{position:relative;display:flex;gap:.8rem;align-items:flex-start;overflow-x:auto;padding-bottom:1rem}.column{flex:1 0 12.1rem;min-width:0;max-width:22rem;background:var(--sunk);border-radius:10px;padding:.6rem}.column h2{font-size:.95rem;margin:.1rem .2rem .6rem;display:flex;gap:.5rem;justify-content:space-between;align-items:center}.column h2 .label{font-weight:400}.column ol{list-style:none;margin:0;padding:0;display:grid;grid-template-columns:minmax(0,1fr);gap:.55rem;min-height:3rem}.tile{background:var(--card);border:1px solid var(--line);border-radius:8px;padding:.6rem .7rem}.tile[draggable=true]{cursor:grab}.column.over{outline:3px dashed var(--focus)}.tile p{margin:.15rem 0}.tile form{display:flex;gap:.35rem;margin-top:.45rem}.tile select{flex:1;min-width:0;font-size:.85rem}.tile button{font-size:.85rem}
#order-words{margin-bottom:1.2rem}form[aria-label=Comment]{margin-top:1.2rem}.linked{list-style:none;margin:0 0 .6rem;padding:0}.linked li{display:flex;flex-wrap:wrap;gap:0 .45rem;align-items:center}.picture{background:var(--card);border:1px solid var(--line);border-radius:10px;padding:.6rem;margin:0 0 .6rem}.picture svg{display:block;margin:auto}.picture text{font:12px system-ui,-apple-system,"Segoe UI",Roboto,Arial,sans-serif;fill:var(--text)}.picture .state{font-weight:700}.picture rect{fill:var(--card);stroke:var(--strong-line);stroke-width:1.3}.picture .edge{fill:none;stroke:var(--strong-line);stroke-width:1.5}.picture marker path{fill:var(--strong-line)}.picture a:hover text{text-decoration:underline}.picture .mark{fill:none;stroke:currentColor;stroke-width:1.7;stroke-linecap:round;stroke-linejoin:round}.picture .solid{fill:currentColor}
.k-done{color:var(--info)}.k-done rect{fill:var(--info-bg);stroke:var(--info)}.k-done .state{fill:var(--info)}.k-ready{color:var(--good)}.k-ready rect{fill:var(--good-bg);stroke:var(--good);stroke-width:2.6}.k-ready .state{fill:var(--good)}.k-active{color:var(--warn)}.k-active rect{fill:var(--warn-bg);stroke:var(--warn);stroke-width:2.6}.k-active .state{fill:var(--warn)}.k-blocked{color:var(--calm)}.k-blocked rect{stroke-dasharray:5 4}.k-blocked .state{fill:var(--calm)}.k-open{color:var(--calm)}
@media (max-width:620px){.stacked thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}.stacked tr{display:block;padding:.5rem 0;border-bottom:1px solid var(--line)}.stacked td,.stacked th{display:flex;gap:.6rem;border:0;padding:.15rem 0}.stacked [data-name=Issue]{font-weight:600}.stacked [data-name]:not([data-name=Issue])::before{content:attr(data-name);flex:0 0 5.5rem;color:var(--muted);font-size:.87rem}.items>li{grid-template-columns:1.3rem minmax(0,1fr)}.items .end{grid-column:2;text-align:left}.board{flex-direction:column}.column{flex:none;width:100%;max-width:none}.column ol{min-height:0}}
@media (prefers-reduced-motion:no-preference){.status,.column{transition:outline-color .15s}}`;

export const STYLE_SHEET = [COLOURS, BASE, FRAME, PARTS].join('\n');
