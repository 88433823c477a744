import { createHash } from 'node:crypto';

/** The one style sheet, inside every page, so that a page is a single file: in a mail, an artifact, on paper. */
export const PAGE_STYLE = `
:root{color-scheme:light;--ink:#1b1b20;--soft:#54535b;--line:#d7d6dc;--bg:#fff;--band:#f5f5f7;--bad:#a3061a;--badbg:#fdeeee;--done:#1a6b3c;--ready:#1459a3;--prog:#4f3aa8;--wait:#874a00;--blocked:#64636b}
*{box-sizing:border-box}
body{margin:0;font:1rem/1.45 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans",sans-serif;color:var(--ink);background:var(--bg);overflow-wrap:anywhere}
.wide{max-width:76rem;margin:0 auto;padding:0 1rem}
a{color:#0b4f9c;text-underline-offset:.15em}
a:focus-visible,summary:focus-visible,.scroll:focus-visible,main:focus-visible{outline:3px solid #0b4f9c;outline-offset:2px}
.skip{position:absolute;left:-99rem}.skip:focus{left:1rem;top:1rem;background:#fff;padding:.5rem}
header{border-bottom:1px solid var(--line);background:var(--band);padding:.6rem 0}
header p{margin:0;color:var(--soft);font-size:.9rem;display:flex;flex-wrap:wrap;gap:.2rem 1rem;justify-content:space-between}
h1{font-size:1.6rem;line-height:1.2;margin:1.2rem 0 .3rem}
h2{font-size:1.15rem;margin:2rem 0 .5rem}
h3{font-size:1rem;margin:1.2rem 0 .4rem}
.lead{font-size:1.1rem;margin:.3rem 0 1rem}
time{white-space:nowrap}
.soft{color:var(--soft)}
.small{font-size:.9rem;font-weight:400}
.bad{color:var(--bad);font-weight:600}
.tag{display:inline-block;border:1px solid currentColor;border-radius:.3rem;padding:0 .4rem;font-size:.85rem;white-space:nowrap}
.sheet{position:absolute}
.sign{vertical-align:-.16em;flex:none}
.done{color:var(--done)}.ready{color:var(--ready)}.in-progress{color:var(--prog)}.waiting{color:var(--wait)}.blocked,.waived{color:var(--blocked)}.late{color:var(--bad)}
.figures{display:flex;flex-wrap:wrap;gap:.6rem;margin:1rem 0;padding:0}
.figures div{border:1px solid var(--line);border-radius:.4rem;padding:.4rem .8rem;min-width:6.5rem}
.figures dt{font-size:.85rem;color:var(--soft)}
.figures dd{margin:0;font-size:1.35rem;font-weight:600;line-height:1.3}
.figures .alarm{border-color:var(--bad);background:var(--badbg)}.figures .alarm dd,.figures .alarm dt{color:var(--bad)}
.facts{display:grid;grid-template-columns:repeat(auto-fit,minmax(13rem,1fr));gap:.5rem 1.5rem;margin:1rem 0}
.facts dt{font-size:.85rem;color:var(--soft)}.facts dd{margin:0}
table{border-collapse:collapse;width:100%}
th,td{text-align:left;vertical-align:top;min-width:5.8rem;padding:.5rem .6rem;border-bottom:1px solid var(--line)}
thead th{font-size:.85rem;color:var(--soft);font-weight:600;border-bottom:2px solid var(--line)}
tbody th{font-weight:600}
td ul,.plain{margin:0;padding:0;list-style:none}
td li+li{margin-top:.25rem}
.who{font-weight:600}
.key{white-space:nowrap}
.wide-strip{display:none}
.strip{display:block;margin:.35rem 0 .1rem;max-width:100%;height:auto}
.legend{display:flex;flex-wrap:wrap;gap:.2rem 1.1rem;margin:.4rem 0;padding:0;list-style:none;font-size:.9rem;color:var(--ink)}
.notice{border-left:5px solid var(--bad);background:var(--badbg);padding:.5rem .9rem;margin:.8rem 0}
.notice p,.notice ul{margin:.2rem 0}
.turns{list-style:none;padding:0;margin:1rem 0;display:grid;gap:.6rem;grid-template-columns:repeat(auto-fill,minmax(17rem,1fr))}
.turns li{border:1px solid var(--line);border-left:5px solid var(--ready);border-radius:.3rem;padding:.5rem .8rem}
.turns li.over{border-left-color:var(--bad)}
.turns p{margin:.1rem 0}
.turns .who{font-size:1.2rem}
.scroll{overflow-x:auto}
.track{display:block;max-width:100%;height:auto}
.track text{font-size:12px;fill:var(--ink)}
.track .edge{fill:none;stroke:#9b9aa2;stroke-width:1.5}
.track .edge.critical{stroke:var(--ink);stroke-width:4}
.track text.critical{font-weight:700}
.bar{display:block;overflow:visible;width:100%;min-width:9rem;height:1.1rem}
.bar .base{stroke:var(--line)}.bar .now{stroke:var(--ink);stroke-width:1;stroke-dasharray:2 2}
.bar .span{fill:currentColor}.bar .due{fill:#fff;stroke:var(--ink);stroke-width:1.4}
.dot{fill:var(--bg);stroke:currentColor;stroke-width:1.4}.dot.full{fill:currentColor}.dot.wide{stroke-width:2.4}.dot.lack{stroke:var(--bad)}.dot.lack.full{fill:var(--bad)}.bar-dot{vertical-align:-.15em;color:var(--ready)}
.time{min-width:11rem;width:26%}
details{margin:2rem 0}summary{font-weight:600;font-size:1.15rem;cursor:pointer}
footer{margin:3rem 0 2rem;color:var(--soft);font-size:.85rem;border-top:1px solid var(--line);padding-top:.8rem}
@media screen and (max-width:46rem){
.stacked thead{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
.stacked,.stacked tbody,.stacked tr,.stacked th,.stacked td{display:block;width:auto;min-width:0}
.stacked tr{border:1px solid var(--line);border-radius:.4rem;margin:0 0 .8rem;padding:.3rem 0}
.stacked th,.stacked td{border:0;padding:.2rem .8rem}
.stacked td[data-name]::before{content:attr(data-name) ": ";font-size:.85rem;color:var(--soft)}
.stacked td.none{display:none}
.scroll{display:none}.wide-strip{display:block;margin-bottom:.7rem}
}
@media print{
html{font-size:9.5pt}.wide{max-width:none;padding:0}
header{background:none}.skip{display:none}
a{color:inherit;text-decoration:none}
tr,.turns li,.notice,.figures div{break-inside:avoid}thead{display:table-header-group}
h2,.legend{break-after:avoid}.scroll{overflow:visible}.track{max-width:100%}
svg,.notice,.figures .alarm{print-color-adjust:exact;-webkit-print-color-adjust:exact}
@page{margin:12mm}
}
`;

/** Content-Security-Policy of a page: this style and nothing else. */
export const PAGE_POLICY = `default-src 'none'; style-src 'sha256-${createHash('sha256').update(PAGE_STYLE).digest('base64')}'; img-src data:; base-uri 'none'; form-action 'none'`;
