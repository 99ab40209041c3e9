import{a}from"./2JJTNXBI.js";import"./E4USSPDP.js";import"./5CZ3TZRW.js";import"./45GWE4C6.js";export{a as default};
