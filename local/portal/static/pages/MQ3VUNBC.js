import{a}from"./WMEQH2ZN.js";import"./KDWVJY6Q.js";import"./3OIOOVYJ.js";import"./45GWE4C6.js";export{a as default};
