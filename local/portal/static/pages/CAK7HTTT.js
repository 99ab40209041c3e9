import{j as a}from"./5WCO77E7.js";import"./WXDHECWC.js";import"./TWXVUVEF.js";import"./B7BUPGME.js";import"./IYI3AXWH.js";import"./WZDC3F43.js";import"./45GWE4C6.js";export{a as default};
