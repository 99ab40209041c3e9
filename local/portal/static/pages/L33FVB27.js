import{j as a}from"./J77A5GQ5.js";import"./AGC6UXON.js";import"./D4YMX3AN.js";import"./XQVGFYZE.js";import"./KDWVJY6Q.js";import"./3OIOOVYJ.js";import"./45GWE4C6.js";export{a as default};
