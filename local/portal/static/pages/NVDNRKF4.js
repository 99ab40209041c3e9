import{j as a}from"./R4TWGYWQ.js";import"./5O7JYPWN.js";import"./LWBJR6AD.js";import"./U5WX54HF.js";import"./XJXB5ZR2.js";import"./HO73PZM4.js";import"./45GWE4C6.js";export{a as default};
