package main

import (
	"encoding/json"
	"fmt"
	"strings"
)

func suiteSet() {
	bases := []string{
		`{}`, `{"a":"text","b":{"c":1,"l":[1,{"x":"y"},[2]]},"l":["one","two"],"n":null,"m":{"k":"v"},"t":true,"i":{"$int64":4}}`,
	}
	exprs := []string{
		``, `a`, `a=`, `a=1`, `a=b`, `a= b `, ` a=b`, `a =b`, `=1`, `=`, `,`, `a=1,`, `a=1,,b=2`, `a=1,b`, `a=1,b=2`, `a=1,a=2`, `a.b=1`, `a..b=1`, `.a=1`, `a.=1`, `a.b`, `a.b.c=1`, `b.c=2`, `b.d.e=1`, `b=1`, `b.c.d=1`, `a.x=1`, `n.x=1`, `m.k=w,m.j=z`, `m=null`, `m.k=null`, `n=null`,
		`a=true`, `a=TRUE`, `a=True`, `a=tRue`, `a=false`, `a=null`, `a=NULL`, `a=Null`, `a=nil`, `a=~`, `a=yes`, `a=0`, `a=00`, `a=007`, `a=-0`, `a=+0`, `a=+3`, `a=-1`, `a=1.5`, `a=1e3`, `a=0x10`, `a=1_000`, `a=9223372036854775807`, `a=9223372036854775808`, `a=-9223372036854775808`, `a=12345678901234567890`, `a= 1`, `a=1 `, `a="1"`, `a='1'`, `a=é`, `é=1`, `a=世界`,
		`a={}`, `a={1}`, `a={1,2}`, `a={1,b,true,null}`, `a={1, 2}`, `a={ 1 }`, `a={1,}`, `a={,1}`, `a={,}`, `a={1`, `a={`, `a={1,2`, `a={1}}`, `a={1}b`, `a={1}b=2`, `a={1},b=2`, `a={1},`, `a={{1}}`, `a={{1},2}`, `a={b=c}`, `a={"x"}`, `a=x{1}`, `a=}`, `a={a\,b}`, `a={a\}b}`, `a={null}`, `a={0,-1,1.5}`,
		`a=b=c`, `a==`, `a=b,c=d=e`, `a\.b=1`, `a\,b=1`, `a\=b=1`, `a\[0\]=1`, `a=b\,c`, `a=b\=c`, `a=b\\c`, `a=b\`, `a\=`, `a=\`, `a=\n`, `a=\{1\}`, `a=b\,c,d=e`, `a\\=1`, `a.b\.c.d=1`, `a="b,c"`, `a=b.c`, `a=b[0]`,
		`l[0]=x`, `l[1]=x`, `l[2]=x`, `l[5]=x`, `l[0]=`, `l[0]`, `l[]=x`, `l[-1]=x`, `l[a]=x`, `l[1a]=x`, `l[0=x`, `l[0`, `l[`, `l]=x`, `l[0]]=x`, `l[0]x=1`, `l[0].a=1`, `l[2].a=1`, `l[0].a.b=1`, `l[0][0]=1`, `l[3][1]=1`, `l[0],b=1`, `l[0]=1,l[1]=2`, `l[1]=1,l[0]=2`, `l[0]={1,2}`, `l[0]=null`, `l[65536]=x`, `l[65537]=x`, `l[100000]=x`, `l[99999999999999999999]=x`, `l[ 0 ]=x`, `l[+1]=x`, `l[01]=x`, `l[0x1]=x`, `l[1.5]=x`, `b.l[0]=x`, `b.l[1].x=z`, `b.l[1].w=z`, `b.l[2][0]=9`, `b.l[2][3]=9`, `b.l[0].x=1`, `b.l[3].x.y=1`, `a[0]=1`, `m[0]=1`, `n[0]=1`, `i[0]=1`, `t.x=1`, `i.x=1`, `l.x=1`, `z[0]=1`, `z[1].a=1`, `z[0].a=1,z[0].b=2`, `z[0].a=1,z[1].a=2`, `z[2][1].a=1`, `[0]=1`, `[0].a=1`, `.[0]=1`, `a.[0]=1`, `z[0]a=1`, `z[0]={a}`, `z[0].=1`, `z[0].a`, `z[0].a,b=1`, `z[0][0]`, `z[0]=a,`, `z[0`,
		strings.Repeat("a.", 29) + "z=1", strings.Repeat("a.", 30) + "z=1", strings.Repeat("a.", 31) + "z=1", strings.Repeat("a.", 40) + "z=1", "z" + strings.Repeat("[0]", 30) + "=1", "z" + strings.Repeat("[0]", 40) + "=1", "z[0]." + strings.Repeat("a.", 30) + "z=1", "a=x\ny", "a=x\ty", "a\n=1", "a=\"x\",b=y", `a={x,"y,z"}`, `outer.inner=value`, `a.b=1,a.c=2,a=3`, `a=3,a.b=1`, `name=value,name=`, `a=,b=1`, `a,b=1`, `a.b,c=1`, `a=1;b=2`, `a:1`, `a=$HOME`, `a=%d`, `a=#x`, "a=\x00", "a=\xff", "\xff=1", `nested.list={a,b},nested.map.k=v`, `l=null`, `l={}`, `b.l=null`, `global.x=1`,
	}
	for _, parser := range []string{"set", "set-string", "set-literal"} {
		t := newTopic("set", parser)
		for _, base := range bases {
			for _, expr := range exprs {
				t.add(Case{Kind: "set", Parser: parser, Expr: text(expr), Base: json.RawMessage(base)})
			}
		}
	}
	t := newTopic("set", "set-file")
	files := map[string]string{"f": "content\n", "g": "", "h.txt": "1", "d/x": "deep", "true": "named true", " f": "space"}
	for _, expr := range []string{`a=f`, `a=g`, `a=h.txt`, `a=d/x`, `a=none`, `a=`, `a`, `a=f,b=g`, `a={f,g}`, `a={f,none}`, `a={}`, `a={f`, `a.b=f`, `a[0]=f`, `a[1].b=f`, `l[0]=f`, `l[0]={f,h.txt}`, `b.l[0]=f`, `a=true`, `a= f`, `a=f `, `a=f\,g`, `a=f,`, `=f`, `a=none,b=f`, `a=f,b=none`, `a=f=g`, `a.b.c=f,a.b.d=g`, `m.k=f`, `a[-1]=f`, `a[x]=f`, `l[5]=none`, `a={f},b=f`, `a={f}x`} {
		for _, base := range bases {
			t.add(Case{Kind: "set", Parser: "set-file", Expr: text(expr), Base: json.RawMessage(base), Files: files})
		}
	}
	t = newTopic("set", "set-json")
	for _, value := range []string{``, `1`, `-1.5`, `1e3`, `"x"`, `"x,y"`, `"x=y"`, `true`, `null`, `nul`, `True`, `[]`, `[1,2]`, `[1,{"a":[2]}]`, `{}`, `{"b":1}`, `{"b":{"c":[null,"d"]}}`, `{"b":1`, `[1`, `"x`, `x`, `1 `, ` 1`, ` {"b" : 1} `, `1 2`, `{"b":1}x`, `"a"b`, `9007199254740993`, `1.0`, `"\u00e9"`, `01`, `'x'`, `{"a":1,"a":2}`, `.5`, `"\\"`, `[1,2] `, `1\,2`} {
		for _, form := range []string{"a=%s", "a=%s,z=2", "a.b=%s", "l[0]=%s", "a[2]=%s", "a=%s,", "b.l[1]=%s", "m=%s,m.j=1", "l[1].x=%s", "a=%s , z=2", "z[0][1]=%s"} {
			for i, base := range bases {
				if i == 0 && strings.HasPrefix(form, "b.") {
					continue
				}
				t.add(Case{Kind: "set", Parser: "set-json", Expr: text(fmt.Sprintf(form, value)), Base: json.RawMessage(base)})
			}
		}
	}
	for _, expr := range []string{``, `a`, `=1`, `a.b`, `a[0]`, `{"a":1}`, `a\=b=1`, `a\.b=1`, `a,b=1`, `a[x]=1`, `a[-1]=1`, `a=[1,2],b={"c":3},d="e"`, `a=1,a=2`, `a.b=1,a.c=2`, `a={"b":1},a.c=2`} {
		t.add(Case{Kind: "set", Parser: "set-json", Expr: text(expr), Base: json.RawMessage(bases[1])})
	}
}
